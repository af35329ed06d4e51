using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>An ordinary request of a sender before it is signed.</summary>
/// <param name="Body">The body.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Headers">Headers besides those of the signature.</param>
/// <param name="Query">The query without its question mark.</param>
/// <param name="Id">The sender's id of the event.</param>
internal sealed record EventContent(byte[] Body, string ContentType, IReadOnlyDictionary<string, string> Headers, string Query, string Id)
{
    /// <summary>Exact bytes with the headers that the sender sends with any event.</summary>
    public static EventContent Of(SenderPlan plan, byte[] body, string id)
    {
        var sample = plan.Definition.Sample;
        return new EventContent(
            body, sample?.ContentType ?? "application/json", sample?.Headers ?? new Dictionary<string, string>(), sample?.Query ?? "", id);
    }
}
