using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Signatures;

/// <summary>
/// Explains rejections of deliveries that were not verified, after they were answered: at most one a second for each source, and one at a time, so that a
/// flood costs next to nothing. What it finds is for operators: in the log and beside the rejection. Safe from any thread.
/// </summary>
internal sealed class RejectionExplainer(SourceRegistry sources, TimeProvider clock, ILogger<RejectionExplainer> logger) : BackgroundService
{
    private const int Capacity = 16;

    /// <summary>What all bodies that wait may have together: a larger one is not kept.</summary>
    private const int MaxWaitingBytes = 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<Action> _waiting = Channel.CreateBounded<Action>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private int _waitingBytes;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _last = new(StringComparer.Ordinal);

    /// <summary>Whether more can be said of a rejection than its reason.</summary>
    public static bool CanExplain(RejectionReason reason) => reason is RejectionReason.SignatureMissing or RejectionReason.SignatureMalformed or RejectionReason.SignatureMismatch
        or RejectionReason.HeaderDuplicated or RejectionReason.SignedContentMissing or RejectionReason.SignedDigestMismatch or RejectionReason.TimestampStale
        or RejectionReason.TimestampAhead or RejectionReason.NoLiveSecret;

    /// <summary>Takes a rejection to explain it later, if it is the source's turn. Called before the answer: the request's headers are copied here.</summary>
    public void Offer(Rejection rejection, Delivery delivery)
    {
        if (!TryTakeTurn(delivery))
        {
            return;
        }

        var length = delivery.Body.Length;
        if (Interlocked.Add(ref _waitingBytes, length) > MaxWaitingBytes)
        {
            Interlocked.Add(ref _waitingBytes, -length);
            return;
        }

        var request = new CapturedRequest(
            delivery.Source.Plan.Definition,
            delivery.Method,
            delivery.Source.PublicUrl,
            delivery.Query,
            delivery.ContentType,
            delivery.Format,
            [.. delivery.Headers.SelectMany(static header => header.Value.Select(line => KeyValuePair.Create(header.Key, line ?? "")))],
            delivery.Body)
        {
            Keys = delivery.Keys is { } keys ? keys.Find : null,
        };
        var (source, arrivedAt) = (delivery.Source, delivery.ArrivedAt);
        if (!_waiting.Writer.TryWrite(() =>
        {
            Explain(rejection, source, request, arrivedAt);
            Interlocked.Add(ref _waitingBytes, -length);
        }))
        {
            Interlocked.Add(ref _waitingBytes, -length);
        }
    }

    /// <summary>Waits until what was offered so far is explained.</summary>
    internal async Task UntilIdleAsync()
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync(mark.SetResult).ConfigureAwait(false);
        await mark.Task.ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var explain in _waiting.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            explain();
        }
    }

    private bool TryTakeTurn(Delivery delivery)
    {
        var now = clock.GetUtcNow();
        var name = delivery.Source.Name;
        if (_last.TryGetValue(name, out var last))
        {
            return (now - last).Duration() >= Interval && _last.TryUpdate(name, now, last);
        }

        return _last.TryAdd(name, now);
    }

    private void Explain(Rejection rejection, WebhookSource source, CapturedRequest request, DateTimeOffset arrivedAt)
    {
        try
        {
            var live = source.Secrets.Where(secret => secret.IsLive(arrivedAt)).Select(static secret => secret.Key).ToArray();
            var ended = source.Secrets.Where(secret => !secret.IsLive(arrivedAt)).Select(static secret => secret.Key);
            var others = sources.All.Where(other => other.Name != source.Name)
                .OrderBy(other => other.Plan.Definition.Id == source.Plan.Definition.Id ? 0 : 1)
                .SelectMany(static other => other.Secrets.Take(1).Select(secret => KeyValuePair.Create(other.Name, secret.Key)));
            var explanation = SignatureExplainer.Explain(source.Plan, request, [.. live, .. ended], live.Length, [.. others], arrivedAt);
            rejection.Explanation = explanation;
            Log.RejectionExplained(logger, rejection.DeliveryId, source.Name, explanation.Cause, explanation.Text);
        }
#pragma warning disable CA1031 // An explanation that fails must not end the others: the rejection stands as it is.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.ExplanationFailed(logger, rejection.DeliveryId, source.Name, error);
        }
    }
}
