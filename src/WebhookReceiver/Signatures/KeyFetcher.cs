using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Signatures;

/// <summary>
/// Fetches the public keys of senders that hand out none, for sources that allow it; without such a source the receiver makes no request of its own. What may be
/// fetched is the row's word: https, an exact host, an exact path. No redirect is followed and no proxy asked, 64 KiB and five seconds are the limits, and a
/// stranger who names new documents gets eight fetched at once and then one a second, which costs no known document its place. Safe from any thread.
/// </summary>
internal sealed class KeyFetcher : IDisposable
{
    public const int MaxBytes = 64 * 1024;
    private const int MaxDocuments = 64;
    private const int Burst = 8;

    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>How long a document is believed before it is fetched again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(6);

    /// <summary>How long nothing is tried again after a document was fetched, or could not be.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<KeyReference, Entry> _documents = [];
    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _clock;
    private readonly ILogger<KeyFetcher> _logger;
    private readonly TokenBucket _tokens = new(perSecond: 1, Burst);

    /// <param name="handler">What makes the requests; it follows no redirects. The fetcher disposes of it.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The log.</param>
    public KeyFetcher(HttpMessageHandler handler, TimeProvider clock, ILogger<KeyFetcher> logger) =>
        (_client, _clock, _logger) = (new HttpMessageInvoker(handler), clock, logger);

    /// <summary>What makes the requests outside of tests.</summary>
    public static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PreAuthenticate = false,
        ConnectTimeout = Timeout,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        AutomaticDecompression = DecompressionMethods.None,
        SslOptions = new SslClientAuthenticationOptions { CertificateRevocationCheckMode = X509RevocationMode.NoCheck },
    };

    /// <summary>The keys of a document that is here and still believed; <see langword="null"/> otherwise.</summary>
    public FetchedKeys? Find(KeyReference reference)
    {
        lock (_gate)
        {
            return _documents.TryGetValue(reference, out var entry) && _clock.GetUtcNow() - entry.FetchedAt < Lifetime ? entry.Keys : null;
        }
    }

    /// <summary>Fetches a document, once for all who wait for it.</summary>
    public Task<KeyFetch> FetchAsync(KeyReference reference)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            _documents.TryGetValue(reference, out var entry);
            if (entry is { Flight.IsCompleted: false })
            {
                return entry.Flight;
            }

            // What was a sender's document once costs no token: a stranger who names new ones must not use up its own.
            if (entry is not null && now - entry.TriedAt < Pause)
            {
                return entry.Flight!;
            }

            if (entry?.Keys is null && !_tokens.TryTake(_clock))
            {
                return Task.FromResult(KeyFetch.Unavailable);
            }

            if (entry is null)
            {
                MakeRoom();
                _documents.Add(reference, entry = new Entry());
            }

            entry.TriedAt = now;
            return entry.Flight = DownloadAsync(reference, entry);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<KeyFetch> DownloadAsync(KeyReference reference, Entry entry)
    {
        // Not under the caller's lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var limit = new CancellationTokenSource(Timeout, _clock);
            using var request = new HttpRequestMessage(HttpMethod.Get, reference.Url);
            using var response = await _client.SendAsync(request, limit.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                Log.KeyNotFetched(_logger, reference.Url, $"the answer is {(int)response.StatusCode}", null);
                return response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone ? KeyFetch.Denied : KeyFetch.Unavailable;
            }

            if (await ReadAsync(response, limit.Token).ConfigureAwait(false) is not { } document || !FetchedKeys.TryRead(reference.Document, document, _clock.GetUtcNow(), out var keys))
            {
                Log.KeyNotFetched(_logger, reference.Url, "the answer is no document of keys, or too long", null);
                return KeyFetch.Unavailable;
            }

            lock (_gate)
            {
                (entry.Keys, entry.FetchedAt) = (keys, _clock.GetUtcNow());
            }

            Log.KeyFetched(_logger, reference.Url);
            return KeyFetch.Here;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            Log.KeyNotFetched(_logger, reference.Url, error.Message, error);
            return KeyFetch.Unavailable;
        }
    }

    /// <returns><see langword="null"/> if it is longer than it may be.</returns>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxBytes + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return length > MaxBytes ? null : buffer[..length];
    }

    /// <summary>Documents that turned out to be none go first, and none that is being fetched.</summary>
    private void MakeRoom()
    {
        while (_documents.Count >= MaxDocuments
            && _documents.Where(static document => document.Value.Flight is not { IsCompleted: false })
                .OrderBy(static document => document.Value.Keys is null ? 0 : 1).ThenBy(static document => document.Value.TriedAt)
                .Select(static document => document.Key).FirstOrDefault() is { } oldest)
        {
            _documents.Remove(oldest);
        }
    }

    private sealed class Entry
    {
        public FetchedKeys? Keys { get; set; }

        public DateTimeOffset FetchedAt { get; set; }

        public DateTimeOffset TriedAt { get; set; }

        public Task<KeyFetch>? Flight { get; set; }
    }
}
