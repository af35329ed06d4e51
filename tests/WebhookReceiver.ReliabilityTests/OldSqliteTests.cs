using System.Diagnostics;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>A receiver beside whose program somebody has put another SQLite.</summary>
public sealed class OldSqliteTests
{
    /// <summary>All that the receiver asks before it refuses: anything else would end the process in another way.</summary>
    private const string Source = """
        int sqlite3_libversion_number(void) { return 3051002; }
        const char *sqlite3_libversion(void) { return "3.51.2"; }
        """;

    [Fact]
    [Trait("Attack", "A100")]
    public async Task Start_SqliteThatCanCorruptTheInbox_IsRefusedAndOpensNothing()
    {
        Needs.Programs("gcc");
        using var directory = new DataDirectory();
        var program = Path.Combine(directory.Path, "program");
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(program, Path.GetRelativePath(AppContext.BaseDirectory, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var source = Path.Combine(directory.Path, "old_sqlite.c");
        await File.WriteAllTextAsync(source, Source, TestContext.Current.CancellationToken);
        var libraries = Directory.GetFiles(program, "libe_sqlite3.so", SearchOption.AllDirectories);
        Assert.NotEmpty(libraries);
        foreach (var library in libraries)
        {
            await RunAsync("gcc", "-shared", "-fPIC", "-o", library, source);
        }

        var (exitCode, output) = await RunAsync("dotnet", Path.Combine(program, "WebhookReceiver.ReliabilityTests.App.dll"));

        Assert.Equal((ExitCodes.StorageFailed, "WebhookReceiver cannot start: SQLite 3.51.2 is too old: 3.51.3 or later is needed, older ones can corrupt the inbox."), (exitCode, output.Trim()));
        Assert.Empty(Directory.GetFiles(directory.Path, "inbox.db*", SearchOption.AllDirectories));

        async Task<(int ExitCode, string Output)> RunAsync(string command, params string[] arguments)
        {
            var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = directory.Path, RedirectStandardError = true, RedirectStandardOutput = true };
            start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
            start.Environment["Logging__LogLevel__Default"] = "Warning";
            start.Environment["EffectsFile"] = directory.Effects;
            start.Environment["WebhookReceiver__RequireHttps"] = "false";
            start.Environment["WebhookReceiver__Management__Url"] = "http://127.0.0.1:0";
            start.Environment["WebhookReceiver__Management__Token"] = "reliability-management-token-5d0e1c7a";
            start.Environment["WebhookReceiver__Inbox__ConnectionString"] = "Data Source=inbox.db";
            start.Environment["WebhookReceiver__Sources__default__Sender"] = "hmac-sha256";
            start.Environment["WebhookReceiver__Sources__default__Secrets__0"] = SignedEvents.Secret;
            using var process = Process.Start(start)!;
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, string.Concat(output));
        }
    }
}
