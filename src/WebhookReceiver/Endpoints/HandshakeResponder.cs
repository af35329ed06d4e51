namespace WebhookReceiver.Endpoints;

/// <summary>Answers the handshakes that a sender's row describes. They are never stored.</summary>
internal static class HandshakeResponder
{
    /// <summary>Answers a delivery that is a handshake: before it is verified, one that no signature can come with; after it, one that is signed like an event.</summary>
    /// <returns><see langword="null"/> if it is none.</returns>
    public static ReceiveResult? TryAnswer(Delivery delivery, bool isVerified)
    {
        var source = delivery.Source;
        if (source.Plan.Definition.Handshakes.Count == 0)
        {
            return null;
        }

        var request = new SignedDelivery(delivery);
        return source.Plan.Answer(isVerified, in request, source.LiveKeys(delivery.ArrivedAt), source.HandshakeSecret) switch
        {
            null => null,
            { IsRefused: true } refused => new ReceiveResult.Rejected(RejectionReason.HandshakeRefused) { Status = refused.Status, IsVerified = isVerified },
            { } answer => new ReceiveResult.Answered(answer),
        };
    }
}
