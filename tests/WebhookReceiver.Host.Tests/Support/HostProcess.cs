using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace WebhookReceiver.Host.Tests;

/// <summary>The host as a process of its own, as a container runs it: from an empty directory, with environment variables alone.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly TemporaryDirectory _directory = new();
    private readonly StringBuilder _output = new();
    private readonly List<(string[] Texts, TaskCompletionSource<string> Found)> _awaited = [];

    private HostProcess(string[] arguments, Dictionary<string, string> environment, Action<TemporaryDirectory>? prepare)
    {
        prepare?.Invoke(_directory);
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(Program).Assembly.Location, .. arguments])
        {
            WorkingDirectory = _directory.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("ASPNETCORE", StringComparison.Ordinal) || name.StartsWith("DOTNET_ENV", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What a right configuration needs.</summary>
    public static Dictionary<string, string> RightEnvironment => new()
    {
        ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
        ["WebhookReceiver__Management__Url"] = "http://127.0.0.1:0",
        ["WebhookReceiver__Management__Token"] = TestHost.Token,
        ["WebhookReceiver__RequireHttps"] = "false",
        ["WebhookReceiver__Dispatch__DrainDelay"] = "00:00:00",
        ["WebhookReceiver__Sources__default__Sender"] = "hmac-sha256",
        ["WebhookReceiver__Sources__default__Secrets__0"] = TestDelivery.Secret,
    };

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static HostProcess Start(Dictionary<string, string> environment, string[]? arguments = null, Action<TemporaryDirectory>? prepare = null) =>
        new(arguments ?? [], environment, prepare);

    public int Id => _process.Id;

    /// <summary>Where it runs: relative paths of its configuration are under it.</summary>
    public TemporaryDirectory Directory => _directory;

    /// <summary>Waits for a line that contains each of the texts.</summary>
    public async Task<string> LineAsync(params string[] texts)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            if (_output.ToString().Split('\n').FirstOrDefault(line => ContainsAll(line, texts)) is { } line)
            {
                return line;
            }

            _awaited.Add((texts, found));
        }

        try
        {
            return await found.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"No line with '{string.Join("' and '", texts)}' in:\n{Output}", error);
        }
    }

    public async Task<int> ExitCodeAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public Task<int> TerminateAsync() => SignalAsync("-TERM");

    /// <summary>Ends it as a failed assertion of the runtime does.</summary>
    public async Task<int> AbortAsync()
    {
        // The first one takes the runtime's own handler away: from within a process the same signal follows by itself. One that comes before the
        // first is handled is the same one, so two need not be enough.
        var exitCode = ExitCodeAsync();
        while (!exitCode.IsCompleted)
        {
            await SendAsync("-ABRT");
        }

        return await exitCode;
    }

    private async Task<int> SignalAsync(string signal)
    {
        await SendAsync(signal);
        return await ExitCodeAsync();
    }

    private async Task SendAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static bool ContainsAll(string line, string[] texts) => Array.TrueForAll(texts, text => line.Contains(text, StringComparison.Ordinal));

    private void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.Append(line).Append('\n');
            foreach (var (_, found) in _awaited.Where(awaited => ContainsAll(line, awaited.Texts)))
            {
                found.TrySetResult(line);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _directory.Dispose();
    }
}
