using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using WebhookReceiver.Fuzz.Cases;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Fuzz;

/// <summary>The host as it is shipped, in a process of its own with an inbox of its own, and what it says.</summary>
internal sealed class FuzzHost : IAsyncDisposable
{
    private const string Token = "fuzz-management-token-0c7d41f7a2e94b";
    private const int KeptLines = 50;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);
    private static readonly string[] OpenStates = ["pending", "running", "scheduled"];

    private readonly TimeProvider _clock;
    private readonly Process _process;
    private readonly HttpClient _management;
    private readonly string _directory;
    private readonly ConcurrentQueue<string> _newest = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private long _lines;

    private FuzzHost(TimeProvider clock, Process process, int publicPort, int managementPort, string directory)
    {
        (_clock, _process, Port, _directory) = (clock, process, publicPort, directory);
        _management = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{managementPort}") };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        process.OutputDataReceived += (_, line) => Keep(line.Data, isError: IsError(line.Data));
        process.ErrorDataReceived += (_, line) => Keep(line.Data, isError: true);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The port of its public listener.</summary>
    public int Port { get; }

    public string Inbox => Path.Combine(_directory, "inbox.db");

    public bool IsAlive => !_process.HasExited;

    /// <summary>Lines of its log that must not be there: of the levels Error and Critical, save for those that say that an event is dead, and whatever it says on standard error.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>How many lines it has logged.</summary>
    public long Lines => Interlocked.Read(ref _lines);

    /// <summary>The end of its log.</summary>
    public string Newest => string.Join('\n', _newest);

    /// <summary>Its memory in bytes, as the kernel counts it.</summary>
    public long ResidentMemory =>
        1024 * long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status").Single(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture);

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<FuzzHost> StartAsync(IReadOnlyList<FuzzSource> sources, TimeProvider clock)
    {
        string directory = Directory.CreateTempSubdirectory("webhook-fuzz-").FullName;
        (int publicPort, int managementPort) = (LoopbackPorts.Next(), LoopbackPorts.Next());
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "WebhookReceiver.Host.dll")])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{publicPort}";
        start.Environment["WebhookReceiver__RequireHttps"] = "false";
        start.Environment["WebhookReceiver__PublicBaseUrl"] = FuzzSource.PublicBaseUrl;
        start.Environment["WebhookReceiver__Inbox__ConnectionString"] = $"Data Source={Path.Combine(directory, "inbox.db")}";
        start.Environment["WebhookReceiver__Dispatch__DrainDelay"] = "00:00:00";
        start.Environment["WebhookReceiver__Management__Url"] = $"http://127.0.0.1:{managementPort}";
        start.Environment["WebhookReceiver__Management__Token"] = Token;
        foreach (FuzzSource source in sources)
        {
            string key = "WebhookReceiver__Sources__" + source.Name;
            start.Environment[key + "__Sender"] = source.Sender;
            start.Environment[key + "__Secrets__0"] = source.Secret;
            if (!source.AnswersWithId)
            {
                start.Environment[key + "__Duplicates"] = "Body";
            }
        }

        var host = new FuzzHost(clock, Process.Start(start)!, publicPort, managementPort, directory);
        await host.UntilAsync(host.IsReadyAsync, StartLimit, "not ready");
        return host;
    }

    /// <summary>Waits until nothing is pending, running or scheduled.</summary>
    /// <returns>What the receiver counts: its states, and what is unaccounted for.</returns>
    public async Task<JsonElement> UntilDrainedAsync()
    {
        JsonElement stats = default;
        await UntilAsync(
            async () =>
            {
                using var document = JsonDocument.Parse(await _management.GetByteArrayAsync("/api/v1/stats"));
                stats = document.RootElement.Clone();
                return OpenStates.All(state => stats.GetProperty("states").GetProperty(state).GetInt64() == 0);
            },
            DrainLimit,
            "not drained");
        return stats;
    }

    /// <summary>Stops it in order.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(StopLimit, _clock);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _management.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static bool IsError(string? line) =>
        line is not null
        && (line.Contains("\"@l\":\"Error\"", StringComparison.Ordinal) || line.Contains("\"@l\":\"Fatal\"", StringComparison.Ordinal) || line.Contains("Unhandled exception", StringComparison.Ordinal))
        && !line.Contains("\"Name\":\"EventDead\"", StringComparison.Ordinal);

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _management.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task UntilAsync(Func<Task<bool>> isSo, TimeSpan limit, string otherwise)
    {
        long started = _clock.GetTimestamp();
        while (!await isSo())
        {
            if (_process.HasExited || _clock.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"The receiver has ended, or is {otherwise} within {limit}:\n{Newest}");
            }

            await Task.Delay(PollInterval, _clock);
        }
    }

    private void Keep(string? line, bool isError)
    {
        if (line is null)
        {
            return;
        }

        Interlocked.Increment(ref _lines);
        _newest.Enqueue(line);
        if (_newest.Count > KeptLines)
        {
            _newest.TryDequeue(out _);
        }

        if (isError && _errors.Count < KeptLines)
        {
            _errors.Enqueue(line);
        }
    }
}
