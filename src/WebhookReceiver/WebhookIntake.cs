using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace WebhookReceiver;

/// <summary>The way of one delivery, from its bytes to its event on disk: verify, open, store. No HTTP in it.</summary>
internal sealed class WebhookIntake(
    EnvelopeReader envelopes, HandlerRegistry handlers, IInboxStore store, StoringLimit limit, Dispatcher dispatcher, WebhookMetrics metrics, TimeProvider clock, ILogger<WebhookIntake> logger)
{
    public ValueTask<ReceiveResult> ReceiveAsync(Delivery delivery)
    {
        if (Open(delivery, out var events, out var missing) is { } result)
        {
            delivery.Dispose();
            return new(result);
        }

        if (missing is not null)
        {
            return FetchAndReceiveAsync(delivery, missing);
        }

        // Only storing waits: whatever waits keeps its state on the heap, for each delivery.
        delivery.Dispose();
        return StoreAsync(delivery.Source, events!);
    }

    /// <summary>The way of a delivery whose key must be fetched. What cannot be verified for want of it is not refused: it says nothing of the delivery.</summary>
    private async ValueTask<ReceiveResult> FetchAndReceiveAsync(Delivery delivery, KeyReference missing)
    {
        using (delivery)
        {
            var fetch = await delivery.Keys!.FetchAsync(missing).ConfigureAwait(false);
            if (Open(delivery, out var events, out missing!) is { } result)
            {
                return result;
            }

            // A key that is not in the document, or a document that is not at the sender's host, is none of the sender's.
            return missing is not null
                ? new ReceiveResult.Rejected(fetch == KeyFetch.Unavailable ? RejectionReason.KeyUnavailable : RejectionReason.SignatureMismatch)
                : await StoreAsync(delivery.Source, events!).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The events are on disk or not: nothing may be awaited before this, so that what was born running is always handed over, and the room of what was not stored
    /// is given back whatever happened.
    /// </summary>
    public void Committed(InboxDelivery delivery, AppendStatus status) => dispatcher.Committed(delivery, isStored: status == AppendStatus.Committed);

    /// <summary>Notes what is worth knowing of a delivery that was stored, or not.</summary>
    public ReceiveResult Conclude(WebhookSource source, InboxDelivery delivery, AppendStatus status)
    {
        if (status != AppendStatus.Committed)
        {
            return new ReceiveResult.Rejected(ReasonOf(status));
        }

        for (var part = 0; part < delivery.Events.Length; part++)
        {
            var stored = delivery.Events[part];
            if (stored.IsBodyMismatch)
            {
                metrics.DuplicateBodyMismatch(source.Name);
                Log.DuplicateBodyMismatch(logger, stored.PublicId, source.Name, stored.EventId);
            }
            else if (delivery.Handlers[part].Length == 0 && !stored.IsDuplicate)
            {
                metrics.Parked(source.Name);
            }
        }

        return new ReceiveResult.Stored(source, delivery.Events);
    }

    /// <returns><see langword="null"/> if the delivery carries events, or a key is missing; otherwise its result.</returns>
    private ReceiveResult? Open(Delivery delivery, out InboxEvent[]? events, out KeyReference? missing)
    {
        (events, missing) = (null, null);
        if (HandshakeResponder.TryAnswer(delivery, isVerified: false) is { } early)
        {
            return early;
        }

        var isPost = delivery.Method == "POST";
        if (!isPost && !delivery.Source.HasVerifiedHandshake(delivery.Method))
        {
            return new ReceiveResult.Rejected(RejectionReason.HandshakeRefused);
        }

        if (isPost && delivery.Format is null)
        {
            return new ReceiveResult.Rejected(RejectionReason.ContentTypeUnsupported);
        }

        var verdict = SignatureVerifier.Verify(delivery);
        if (verdict.Needs is not null)
        {
            missing = verdict.Needs;
            return null;
        }

        if (verdict is { KeyIndex: >= 0, SignedAt: { } signedAt })
        {
            // Those too that are refused for their time: they say the most.
            delivery.Source.Activity.Clock.Compare(signedAt, delivery.ArrivedAt);
        }

        if (!verdict.IsVerified)
        {
            return new ReceiveResult.Rejected(ReasonOf(verdict.Outcome));
        }

        delivery.Source.Secrets[verdict.KeyIndex].Use.Matched(delivery.ArrivedAt);
        if (verdict.KeyIndex > 0)
        {
            // In a rotation: the sender still signs with an old one.
            metrics.VerifiedByOlderSecret(delivery.Source.Name);
        }

        if (isPost && delivery.Content is null)
        {
            return new ReceiveResult.Rejected(RejectionReason.BodyMalformed, delivery.ContentProblem) { IsVerified = true };
        }

        if (HandshakeResponder.TryAnswer(delivery, isVerified: true) is { } answer)
        {
            return answer;
        }

        if (!isPost)
        {
            return new ReceiveResult.Rejected(RejectionReason.HandshakeRefused) { IsVerified = true };
        }

        if (!envelopes.TryRead(delivery, SHA256.HashData(delivery.Body), verdict.SchemeIndex, verdict.SignedAt, verdict.KeyIndex, out events, out var errors))
        {
            return new ReceiveResult.Rejected(RejectionReason.EnvelopeInvalid, "The envelope of the event is not as it should be.", errors) { IsVerified = true };
        }

        return events!.Length == 0 ? new ReceiveResult.Empty(delivery.Source) : null;
    }

    private ValueTask<ReceiveResult> StoreAsync(WebhookSource source, InboxEvent[] events)
    {
        if (source.Rate?.Take(events.Length, clock) is > 0 and var seconds)
        {
            return new(new ReceiveResult.Rejected(RejectionReason.RateLimited) { RetryAfterSeconds = seconds, IsVerified = true });
        }

        var work = new int[events.Length][];
        var (attempts, bytes) = (0, 0L);
        for (var part = 0; part < events.Length; part++)
        {
            work[part] = handlers.Resolve(events[part].Source, events[part].Type);
            attempts += work[part].Length;
            bytes += (long)work[part].Length * events[part].Body.Length;
        }

        var bornRunning = dispatcher.TryReserve(attempts, bytes);
        return new StoringDelivery(this, limit, source, new InboxDelivery(events, work, bornRunning, bornRunning && dispatcher.TryExpect(attempts))).StoreAsync(store);
    }

    private static RejectionReason ReasonOf(AppendStatus status) => status switch
    {
        AppendStatus.Overloaded => RejectionReason.Overloaded,
        AppendStatus.NoSpace => RejectionReason.DiskNearlyFull,
        _ => RejectionReason.StorageFailed,
    };

    private static RejectionReason ReasonOf(SignatureOutcome outcome) => outcome switch
    {
        SignatureOutcome.SignatureMissing => RejectionReason.SignatureMissing,
        SignatureOutcome.SignatureMalformed => RejectionReason.SignatureMalformed,
        SignatureOutcome.HeaderDuplicated => RejectionReason.HeaderDuplicated,
        SignatureOutcome.ContentMissing => RejectionReason.SignedContentMissing,
        SignatureOutcome.IdMalformed => RejectionReason.IdMalformed,
        SignatureOutcome.TimestampMalformed => RejectionReason.TimestampMalformed,
        SignatureOutcome.TimestampStale => RejectionReason.TimestampStale,
        SignatureOutcome.TimestampAhead => RejectionReason.TimestampAhead,
        SignatureOutcome.NoKey => RejectionReason.NoLiveSecret,
        SignatureOutcome.UrlUnknown => RejectionReason.PublicUrlUnknown,
        SignatureOutcome.DigestMismatch => RejectionReason.SignedDigestMismatch,
        SignatureOutcome.ClaimMismatch => RejectionReason.ClaimMismatch,
        SignatureOutcome.KeyRefused => RejectionReason.KeyRefused,
        _ => RejectionReason.SignatureMismatch,
    };
}
