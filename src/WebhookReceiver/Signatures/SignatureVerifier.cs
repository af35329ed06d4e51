using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Signatures;

/// <summary>Verifies a delivery with the live secrets of its source.</summary>
internal static class SignatureVerifier
{
    /// <summary>Runs the source's scheme over the exact bytes. The key index of the verdict is the position among the configured secrets.</summary>
    public static SignatureVerdict Verify(Delivery delivery)
    {
        var source = delivery.Source;
        var request = new SignedDelivery(delivery);
        var verdict = source.Plan.Verify(in request, source.LiveKeys(delivery.ArrivedAt), delivery.ArrivedAt);
        return verdict.IsVerified ? verdict with { KeyIndex = source.SecretIndexOf(verdict.KeyIndex, delivery.ArrivedAt) } : verdict;
    }
}
