using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>A receiver that runs in a process of its own, so that it can be killed.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    /// <summary>The receiver of the container.</summary>
    public const string Container = "WebhookReceiver.Host.dll";

    private const string OwnReceiver = "WebhookReceiver.ReliabilityTests.App.dll";
    private const string Token = "reliability-management-token-5d0e1c7a";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly string[] OpenStates = ["pending", "running", "scheduled"];

    private readonly long _launched = TimeProvider.System.GetTimestamp();
    private readonly Process _process;
    private readonly HttpClient _management;
    private readonly ConcurrentQueue<string> _output = new();
    private bool _isEndExpected;

    private HostProcess(Process process, Uri webhook, Uri management)
    {
        _process = process;
        Webhook = webhook;
        _management = new HttpClient { BaseAddress = management };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Webhook { get; }

    public bool HasEnded => _process.HasExited;

    /// <summary>How long ago it was started.</summary>
    public TimeSpan Age => TimeProvider.System.GetElapsedTime(_launched);

    public string Output => string.Join('\n', _output);

    /// <summary>Starts a receiver on a data directory and waits until it is ready.</summary>
    /// <param name="directory">Holds the inbox and the ledger of effects.</param>
    /// <param name="settings">More configuration, as environment variables.</param>
    /// <param name="wrapper">A program that starts it, with its arguments.</param>
    /// <param name="program">The receiver.</param>
    public static async Task<HostProcess> StartAsync(
        DataDirectory directory, IReadOnlyDictionary<string, string>? settings = null, IReadOnlyList<string>? wrapper = null, string program = OwnReceiver)
    {
        var host = Launch(directory, settings, wrapper, program);
        Assert.True(await host.TryUntilReadyAsync(), $"The receiver ended:\n{host.Output}");
        return host;
    }

    /// <summary>Starts a receiver and does not wait.</summary>
    public static HostProcess Launch(
        DataDirectory directory, IReadOnlyDictionary<string, string>? settings = null, IReadOnlyList<string>? wrapper = null, string program = OwnReceiver)
    {
        var (publicPort, managementPort) = (LoopbackPorts.Next(), LoopbackPorts.Next());
        string[] command = [.. wrapper ?? [], "dotnet", Path.Combine(AppContext.BaseDirectory, program)];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var webhook = new Uri($"http://127.0.0.1:{publicPort}/webhook");
        var management = new Uri($"http://127.0.0.1:{managementPort}");
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_URLS"] = webhook.GetLeftPart(UriPartial.Authority);
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        start.Environment["EffectsFile"] = directory.Effects;
        start.Environment["WebhookReceiver__RequireHttps"] = "false";
        start.Environment["WebhookReceiver__Management__Url"] = management.ToString();
        start.Environment["WebhookReceiver__Management__Token"] = Token;
        start.Environment["WebhookReceiver__Sources__default__Sender"] = "hmac-sha256";
        start.Environment["WebhookReceiver__Sources__default__Secrets__0"] = SignedEvents.Secret;
        start.Environment["WebhookReceiver__Dispatch__DrainDelay"] = "00:00:00";
        foreach (var (name, value) in directory.InboxSettings.Concat(settings ?? new Dictionary<string, string>()))
        {
            start.Environment[name] = value;
        }

        return new HostProcess(Process.Start(start)!, webhook, management);
    }

    /// <summary>Waits until it is ready.</summary>
    /// <returns><see langword="false"/> if it ended.</returns>
    public async Task<bool> TryUntilReadyAsync()
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await IsReadyAsync())
        {
            if (_process.HasExited)
            {
                return false;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < StartLimit, $"Not ready within {StartLimit}:\n{Output}");
            await Task.Delay(PollInterval, TimeProvider.System);
        }

        return true;
    }

    /// <summary>Waits until a process that runs already is ready again.</summary>
    public Task UntilReadyAsync(TimeSpan limit) => UntilAsync(IsReadyAsync, "Not ready", limit);

    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _management.GetAsync("/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Waits until it says that it is not ready.</summary>
    public Task UntilNotReadyAsync(TimeSpan limit) => UntilAsync(async () => !await IsReadyAsync(), "Still ready", limit);

    /// <summary>Waits until its log says something.</summary>
    public Task UntilLoggedAsync(string text, TimeSpan limit) =>
        UntilAsync(() => Task.FromResult(_output.Any(line => line.Contains(text, StringComparison.Ordinal))), $"Did not say \"{text}\"", limit);

    /// <summary>Waits until no event is pending, running or scheduled.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> UntilDrainedAsync(TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            using var stats = await TryGetAsync("stats");
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            if (stats is null)
            {
                Assert.True(elapsed < limit, $"No answer within {limit}:\n{Output}");
                await Task.Delay(PollInterval, TimeProvider.System);
                continue;
            }

            var states = stats.RootElement.GetProperty("states");
            Assert.Equal(0, stats.RootElement.GetProperty("unaccounted").GetInt64());
            if (OpenStates.All(state => states.GetProperty(state).GetInt64() == 0))
            {
                return elapsed;
            }

            Assert.True(elapsed < limit, $"Not drained within {limit}: {states}");
            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }

    public async Task<long> CountAsync(string state)
    {
        using var stats = await GetAsync("stats");
        return stats.RootElement.GetProperty("states").GetProperty(state).GetInt64();
    }

    /// <summary>The sender's ids of all events in a state; in any, where it is empty.</summary>
    public async Task<IReadOnlySet<string>> EventIdsAsync(string state)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (string? after = ""; after is not null;)
        {
            using var page = await GetAsync($"events?limit=200{(state.Length > 0 ? "&state=" + state : "")}{(after.Length > 0 ? "&after=" + after : "")}");
            ids.UnionWith(page.RootElement.GetProperty("items").EnumerateArray().Select(static item => item.GetProperty("eventId").GetString()!));
            after = page.RootElement.GetProperty("next").GetString();
        }

        return ids;
    }

    /// <summary>How the last attempt at an event ended that is dead.</summary>
    public async Task<string?> LastOutcomeAsync(string eventId)
    {
        using var page = await GetAsync("events?limit=200&state=dead");
        var id = page.RootElement.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("eventId").GetString() == eventId).GetProperty("id").GetString();
        using var found = await GetAsync("events/" + id);
        return found.RootElement.GetProperty("handlers")[0].GetProperty("attempts").EnumerateArray().Last().GetProperty("outcome").GetString();
    }

    /// <summary>SIGKILL: nothing of the process gets a chance.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    /// <param name="pid">The process; this one by default.</param>
    public Task TerminateAsync(int? pid = null) => SignalAsync("TERM", pid);

    /// <summary>SIGSTOP: the process stands still, and does not know it.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>SIGCONT.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Waits until the process has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        _isEndExpected = true;
        await _process.WaitForExitAsync().WaitAsync(StopLimit, TimeProvider.System);
        return _process.ExitCode;
    }

    /// <summary>The most memory that the process has had at once, in bytes, as the kernel counted it.</summary>
    public long PeakMemory()
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").Single(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>How many bytes the process has read from files and pipes, and written to them, whether or not a disk was needed. Those of sockets are not counted.</summary>
    public (long Read, long Written) FileBytes()
    {
        var counts = File.ReadLines($"/proc/{_process.Id}/io").Select(static line => line.Split(": ")).ToDictionary(static pair => pair[0], static pair => long.Parse(pair[1], CultureInfo.InvariantCulture));
        return (counts["rchar"], counts["wchar"]);
    }

    /// <summary>The process that a wrapper started.</summary>
    public int ChildId()
    {
        var children = File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(Assert.Single(children), CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        else if (!_isEndExpected)
        {
            // Nobody waited for its end: what it said is the only account of it.
            TestContext.Current.TestOutputHelper?.WriteLine($"The receiver had ended by itself with exit code {_process.ExitCode}:\n{Output}");
        }

        _process.Dispose();
        _management.Dispose();
    }

    private async Task UntilAsync(Func<Task<bool>> isSo, string otherwise, TimeSpan limit)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < limit, $"{otherwise} within {limit}:\n{Output}");
            await Task.Delay(PollInterval, TimeProvider.System);
        }
    }

    private async Task SignalAsync(string signal, int? pid = null)
    {
        using var kill = Process.Start("kill", ["-" + signal, (pid ?? _process.Id).ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <returns><see langword="null"/> if the inbox cannot be read at the moment: its server may have been replaced just now.</returns>
    private async Task<JsonDocument?> TryGetAsync(string path)
    {
        try
        {
            return await GetAsync(path);
        }
        catch (HttpRequestException error) when (error.StatusCode >= HttpStatusCode.InternalServerError)
        {
            return null;
        }
    }

    private async Task<JsonDocument> GetAsync(string path) => JsonDocument.Parse(await _management.GetByteArrayAsync("/api/v1/" + path));

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            _output.Enqueue(text);
        }
    }
}
