using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;

namespace WebhookReceiver;

/// <summary>The way of one delivery, from its bytes to its event on disk: verify, open, store. No HTTP in it.</summary>
internal sealed class WebhookIntake(EnvelopeReader envelopes, HandlerRegistry handlers, IInboxStore store, Dispatcher dispatcher, WebhookMetrics metrics, ILogger<WebhookIntake> logger)
{
    public ValueTask<ReceiveResult> ReceiveAsync(Delivery delivery)
    {
        if (HandshakeResponder.TryAnswerUnverified(delivery) is { } early)
        {
            return new(early);
        }

        if (delivery.Method != "POST")
        {
            return new(new ReceiveResult.Rejected(RejectionReason.HandshakeRefused));
        }

        var verdict = SignatureVerifier.Verify(delivery);
        if (!verdict.IsVerified)
        {
            return new(new ReceiveResult.Rejected(ReasonOf(verdict.Outcome)));
        }

        if (verdict.KeyIndex > 0)
        {
            // In a rotation: the sender still signs with an old one.
            metrics.VerifiedByOlderSecret(delivery.Source.Name);
        }

        var digest = SHA256.HashData(delivery.Body);
        if (Open(delivery, verdict, digest, out var webhookEvent) is { } result)
        {
            return new(result);
        }

        // Only storing waits: whatever waits keeps its state on the heap, for each delivery.
        return StoreAsync(delivery, webhookEvent!);
    }

    /// <returns><see langword="null"/> if the delivery carries an event, otherwise its result.</returns>
    private ReceiveResult? Open(Delivery delivery, SignatureVerdict verdict, byte[] digest, out InboxEvent? webhookEvent)
    {
        webhookEvent = null;
        if (!DeliveryContent.TryParse(delivery, digest, out var content, out var problem))
        {
            return new ReceiveResult.Rejected(RejectionReason.BodyMalformed, problem);
        }

        using (content)
        {
            if (HandshakeResponder.TryAnswerVerified(delivery, content!) is { } answer)
            {
                return answer;
            }

            return envelopes.TryRead(delivery, content!, digest, verdict.SchemeIndex, verdict.SignedAt, verdict.KeyIndex, out webhookEvent, out var errors)
                ? null
                : new ReceiveResult.Rejected(RejectionReason.EnvelopeInvalid, "The envelope of the event is not as it should be.", errors);
        }
    }

    private async ValueTask<ReceiveResult> StoreAsync(Delivery delivery, InboxEvent webhookEvent)
    {
        InboxEvent[] events = [webhookEvent];
        int[][] work = [handlers.Resolve(webhookEvent.Source, webhookEvent.Type)];
        var inMemory = dispatcher.TryReserve(work[0].Length, webhookEvent.Body.Length);
        var append = new InboxDelivery(events, work, inMemory);
        var status = AppendStatus.Failed;
        try
        {
            status = await store.AppendAsync(append).ConfigureAwait(false);
        }
        finally
        {
            // From here on the events are on disk or not: nothing between may be awaited, so that what was born running is always handed over, and
            // the room of what was not stored is given back whatever happened.
            dispatcher.Committed(append, isStored: status == AppendStatus.Committed);
        }

        if (status != AppendStatus.Committed)
        {
            return new ReceiveResult.Rejected(ReasonOf(status));
        }

        for (var part = 0; part < events.Length; part++)
        {
            if (events[part].IsBodyMismatch)
            {
                metrics.DuplicateBodyMismatch(delivery.Source.Name);
                Log.DuplicateBodyMismatch(logger, events[part].PublicId, delivery.Source.Name, events[part].EventId);
            }
            else if (work[part].Length == 0 && !events[part].IsDuplicate)
            {
                metrics.Parked(delivery.Source.Name);
            }
        }

        return new ReceiveResult.Stored(delivery.Source, events);
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
        _ => RejectionReason.SignatureMismatch,
    };
}
