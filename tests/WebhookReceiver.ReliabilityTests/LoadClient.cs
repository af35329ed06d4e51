using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Sends events over several connections as fast as they are answered, and keeps the ledger.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="sizes">How much longer than needed bodies are made, in turn.</param>
internal sealed class LoadClient(Ledger ledger, params int[] sizes) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private int _sent;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>How long each connection waits before it sends the next one.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>How many answers were not 2xx.</summary>
    public int Refused { get; private set; }

    /// <summary>How long the slowest answer took.</summary>
    public TimeSpan Slowest { get; private set; }

    /// <summary>Sends until told to stop, or until nobody listens any more.</summary>
    /// <param name="webhook">Where to.</param>
    /// <param name="name">The ids begin with it.</param>
    /// <param name="connections">How many requests are under way at once.</param>
    /// <param name="stop">Ends the sending; what is under way is awaited.</param>
    public Task RunAsync(Uri webhook, string name, int connections, CancellationToken stop) =>
        Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(
            async () =>
            {
                for (var n = 0; !stop.IsCancellationRequested; n++)
                {
                    if (!await SendAsync(webhook, $"{name}-{connection}-{n}"))
                    {
                        return;
                    }

                    if (Pause > TimeSpan.Zero)
                    {
                        await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
                    }
                }
            },
            CancellationToken.None)));

    /// <summary>Sends until nobody listens any more.</summary>
    /// <exception cref="TimeoutException">Somebody still does.</exception>
    public Task RunToTheEndAsync(Uri webhook, string name, int connections) =>
        RunAsync(webhook, name, connections, CancellationToken.None).WaitAsync(EndLimit, TimeProvider.System);

    /// <summary>Sends at one rate, however long the answers take; each must come.</summary>
    /// <param name="webhook">Where to.</param>
    /// <param name="name">The ids begin with it.</param>
    /// <param name="rate">Requests a second.</param>
    /// <param name="duration">How long; what is under way then is awaited.</param>
    /// <returns>How long the answers took, the quickest first.</returns>
    public async Task<TimeSpan[]> RunSteadilyAsync(Uri webhook, string name, int rate, TimeSpan duration)
    {
        var times = new ConcurrentBag<TimeSpan>();
        using var timer = new PeriodicTimer(Tick, TimeProvider.System);
        var (started, sends) = (TimeProvider.System.GetTimestamp(), new List<Task>());
        for (var elapsed = TimeSpan.Zero; elapsed < duration; elapsed = TimeProvider.System.GetElapsedTime(started))
        {
            while (sends.Count < rate * elapsed.TotalSeconds)
            {
                sends.Add(SendOneAsync(sends.Count));
            }

            await timer.WaitForNextTickAsync();
        }

        await Task.WhenAll(sends);
        return [.. times.Order()];

        async Task SendOneAsync(int n)
        {
            var sent = TimeProvider.System.GetTimestamp();
            Assert.True(await SendAsync(webhook, $"{name}-{n}"));
            times.Add(TimeProvider.System.GetElapsedTime(sent));
        }
    }

    /// <returns>Whether there was an answer.</returns>
    public async Task<bool> SendAsync(Uri webhook, string id)
    {
        ledger.Attempting(id);
        var sent = TimeProvider.System.GetTimestamp();
        try
        {
            var size = sizes is [] ? 0 : sizes[(uint)Interlocked.Increment(ref _sent) % sizes.Length];
            using var request = SignedEvents.Request(webhook, id, size);
            using var answer = await _http.SendAsync(request);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
            ledger.Answered(id, (int)answer.StatusCode, json.RootElement.TryGetProperty("id", out var receipt) ? receipt.GetString() : null);
            Note(answer.IsSuccessStatusCode, TimeProvider.System.GetElapsedTime(sent));
            return true;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException or JsonException or TaskCanceledException)
        {
            ledger.NotAnswered(id, error);
            return false;
        }
    }

    /// <summary>Sends again what had no answer, or none of 2xx, as its sender does.</summary>
    /// <returns>How many of them were known.</returns>
    public async Task<int> SendAgainAsync(Uri webhook)
    {
        var known = 0;
        foreach (var id in ledger.AttemptedWithoutAck())
        {
            using var request = SignedEvents.Request(webhook, id);
            using var response = await _http.SendAsync(request);
            var answer = await TwinAnswer.ReadAsync(response);
            Assert.Equal(200, answer.Status);
            ledger.Answered(id, answer.Status, answer.Receipt);
            known += answer.Outcome == "duplicate" ? 1 : 0;
        }

        return known;
    }

    public void Dispose() => _http.Dispose();

    private void Note(bool isAccepted, TimeSpan time)
    {
        lock (_gate)
        {
            Refused += isAccepted ? 0 : 1;
            Slowest = time > Slowest ? time : Slowest;
        }
    }
}
