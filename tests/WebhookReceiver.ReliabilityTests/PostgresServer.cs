using System.Diagnostics;
using System.Globalization;
using Npgsql;
using WebhookReceiver.PostgreSql.Tests.Support;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>A PostgreSQL server of a test's own, which may be stopped, killed and started again.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "receiver";
    private const string Owner = "postgres";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _directory;
    private readonly string[] _settings;
    private Process? _process;

    private PostgresServer(string directory, string[] settings)
    {
        _directory = directory;
        _settings = settings;
        Port = LoopbackPorts.Next();
    }

    public int Port { get; }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={User};Database=postgres");

    /// <summary>Of the newest version, where Debian has it.</summary>
    private static string Bin =>
        new DirectoryInfo("/usr/lib/postgresql") is { Exists: true } versions
            ? versions.EnumerateDirectories().MaxBy(static version => int.Parse(version.Name, CultureInfo.InvariantCulture)) + "/bin/"
            : "/usr/lib/postgresql/";

    private string Data => Path.Combine(_directory, "data");

    /// <summary>Makes one that does not run yet.</summary>
    /// <param name="directory">Where its files shall lie; must exist.</param>
    /// <param name="settings">Of the server, <c>name=value</c>.</param>
    public static PostgresServer Create(string directory, params string[] settings)
    {
        Needs.Package(Bin + "postgres", "postgresql");
        Needs.Programs("setpriv");
        var server = new PostgresServer(Own(directory), settings);
        server.Run("initdb", "-D", server.Data, "-U", User, "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8");
        return server;
    }

    /// <summary>Makes a standby of this one that does not run yet.</summary>
    /// <param name="directory">Where its files shall lie; must exist.</param>
    public PostgresServer CreateStandby(string directory)
    {
        var standby = new PostgresServer(Own(directory), _settings);
        standby.Run("pg_basebackup", "-D", standby.Data, "-R", "-X", "stream", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User);
        return standby;
    }

    /// <summary>Whether it ended by itself, or was.</summary>
    public bool HasEnded => _process is null or { HasExited: true };

    /// <summary>Starts it and waits until it answers, recovery included.</summary>
    public async Task StartAsync()
    {
        // The lock of one that was killed: its number may be another process's by now.
        File.Delete(Path.Combine(Data, "postmaster.pid"));
        string[] command =
        [
            .. AsOwner(), Bin + "postgres", "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", _directory,
            .. _settings.Prepend("listen_addresses=127.0.0.1").SelectMany(static setting => (string[])["-c", setting]),
        ];
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, WorkingDirectory = _directory })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        var started = TimeProvider.System.GetTimestamp();
        while (!await AnswersAsync())
        {
            Assert.False(_process.HasExited, "PostgreSQL did not start.");
            Assert.True(TimeProvider.System.GetElapsedTime(started) < StartLimit, $"PostgreSQL did not answer within {StartLimit}.");
            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }

    /// <summary>Ends it.</summary>
    /// <param name="signal">INT: all sessions are ended and all is written. QUIT: it ends at once, and recovers at the next start. KILL: as QUIT, but nobody tells the sessions.</param>
    public async Task StopAsync(string signal)
    {
        var process = _process!;
        var sessions = File.ReadAllText($"/proc/{process.Id}/task/{process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Command.Run("kill", "-" + signal, process.Id.ToString(CultureInfo.InvariantCulture));
        await process.WaitForExitAsync().WaitAsync(StopLimit, TimeProvider.System);

        // They see for themselves that it is gone, and hold its memory until then.
        while (sessions.Any(IsSession))
        {
            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }

    /// <summary>The first value of the first row.</summary>
    public Task<object?> ExecuteAsync(string sql) => TestDatabase.RunAsync(ConnectionString, sql);

    /// <summary>Makes a primary of a standby, and waits until it is one. Not by a statement: what recovery still has to do may cancel it.</summary>
    public void Promote() => Run("pg_ctl", "promote", "-s", "-D", Data);

    /// <summary>Whether it can be asked.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            return await ExecuteAsync("SELECT 1") is 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>The ids of all events that are stored.</summary>
    public async Task<IReadOnlySet<string>> EventIdsAsync() =>
        ((string[])(await ExecuteAsync("SELECT COALESCE(array_agg(event_id::text), '{}') FROM webhook_receiver.event"))!).ToHashSet(StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await StopAsync("QUIT");
        }

        _process?.Dispose();
    }

    private static bool IsSession(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").StartsWith("postgres", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended, perhaps at this very moment.
            return false;
        }
    }

    private static string Own(string directory)
    {
        var own = Path.Combine(directory, Path.GetRandomFileName());
        Directory.CreateDirectory(own);
        if (AsOwner().Length > 0)
        {
            Command.Run("chmod", "a+x", directory);
            Command.Run("chown", Owner, own);
        }

        return own;
    }

    /// <summary>The server refuses to run as root.</summary>
    private static string[] AsOwner() => Environment.UserName == "root" ? ["setpriv", "--reuid", Owner, "--regid", Owner, "--clear-groups", "--"] : [];

    private void Run(string program, params string[] arguments) => Command.Run("env", ["--chdir", _directory, .. AsOwner(), Bin + program, .. arguments]);
}
