using System.Net.Sockets;
using System.Text.Json;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>Sends events over several connections as fast as they are answered, and keeps the ledger.</summary>
/// <param name="ledger">The ledger.</param>
/// <param name="sizes">How much longer than needed bodies are made, in turn.</param>
internal sealed class LoadClient(Ledger ledger, params int[] sizes) : IDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    private int _sent;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };

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
                }
            },
            CancellationToken.None)));

    /// <summary>Sends until nobody listens any more.</summary>
    /// <exception cref="TimeoutException">Somebody still does.</exception>
    public Task RunToTheEndAsync(Uri webhook, string name, int connections) =>
        RunAsync(webhook, name, connections, CancellationToken.None).WaitAsync(EndLimit, TimeProvider.System);

    /// <returns>Whether there was an answer.</returns>
    public async Task<bool> SendAsync(Uri webhook, string id)
    {
        ledger.Attempting(id);
        try
        {
            var size = sizes is [] ? 0 : sizes[(uint)Interlocked.Increment(ref _sent) % sizes.Length];
            using var request = SignedEvents.Request(webhook, id, size);
            using var answer = await _http.SendAsync(request);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync());
            ledger.Answered(id, (int)answer.StatusCode, json.RootElement.TryGetProperty("id", out var receipt) ? receipt.GetString() : null);
            return true;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or SocketException or JsonException)
        {
            ledger.NotAnswered(id, error);
            return false;
        }
    }

    public void Dispose() => _http.Dispose();
}
