using WebhookReceiver.Diagnostics;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Management;

/// <summary>
/// A person's decision to take a delivery that was refused: it is verified once more, with the sources of now and by the clock of then, and goes the way of any other that arrives now. Nothing is taken
/// that does not verify. Safe from any thread: admitted twice, it is a duplicate.
/// </summary>
internal sealed class RejectionAdmission(
    RejectionCapture captures, SourceRegistry sources, WebhookIntake intake, KeyFetcher keys, IInboxStore store, WebhookMetrics metrics, TimeProvider clock)
{
    /// <summary>Admits a captured delivery.</summary>
    /// <param name="captured">The delivery.</param>
    /// <param name="reason">Why, for the audit.</param>
    /// <returns>What became of it, as of any delivery.</returns>
    public async Task<ReceiveResult> AdmitAsync(CapturedDelivery captured, string reason)
    {
        if (!sources.TryGet(captured.Rejection.Source, out var source))
        {
            return new ReceiveResult.Rejected(RejectionReason.UnknownSource);
        }

        // The content type may be one that the sender's row takes by now.
        var old = captured.Delivery;
        var delivery = old.For(source, source.AllowsKeyFetch ? keys : null, old.Headers, ContentTypes.FormatOf(old.ContentType, source.Plan.Definition), clock.GetUtcNow());
        var result = await intake.ReceiveAsync(delivery).ConfigureAwait(false);
        if (result is ReceiveResult.Stored { Events: [var first, ..] } stored)
        {
            foreach (var item in stored.Events)
            {
                metrics.Received(source.Name, item.IsDuplicate);
            }

            await store.AuditAsync(first.Seq, "admit", reason, clock.GetUtcNow()).ConfigureAwait(false);
            captured.Rejection.AdmittedAs = first.PublicId;
            captures.Remove(captured);
        }

        return result;
    }
}
