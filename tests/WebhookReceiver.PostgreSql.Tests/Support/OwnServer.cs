using System.Diagnostics;

namespace WebhookReceiver.PostgreSql.Tests.Support;

/// <summary>A server of one test's own, whose settings it may change. It ends when nobody holds its input open any more, so with this process, however that ends.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private readonly Process _process;

    private OwnServer(Process process, string connectionString) => (_process, ConnectionString) = (process, connectionString);

    public string ConnectionString { get; }

    public static async Task<OwnServer> StartAsync()
    {
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "postgres"), "sh", "-c", "echo \"$WEBHOOK_TEST_POSTGRES\"; exec cat"];
        var process = Process.Start(new ProcessStartInfo("bash", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var connectionString = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(connectionString);
        return new OwnServer(process, connectionString);
    }

    /// <summary>From now on every commit is to wait for a standby, which there is not.</summary>
    public Task LoseStandbyAsync() => SetAsync("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");

    /// <summary>From now on none does.</summary>
    public Task DoWithoutStandbyAsync() => SetAsync("ALTER SYSTEM RESET synchronous_standby_names");

    /// <summary>The first value of the first row.</summary>
    public Task<object?> ReadAsync(string sql) => TestDatabase.RunAsync(ConnectionString, sql);

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task SetAsync(string sql)
    {
        await ReadAsync(sql);
        await ReadAsync("SELECT pg_reload_conf()");
    }
}
