using Microsoft.AspNetCore.Http;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>One request that arrived, read whole and bounded; nothing of it is believed yet.</summary>
internal sealed class Delivery
{
    public required WebhookSource Source { get; init; }

    public required string Method { get; init; }

    /// <summary>The exact bytes.</summary>
    public required byte[] Body { get; init; }

    public required BodyFormat Format { get; init; }

    public required string ContentType { get; init; }

    public required IHeaderDictionary Headers { get; init; }

    public required IQueryCollection Query { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }
}

/// <summary>What a scheme reads of a delivery; a struct, so that verifying allocates nothing.</summary>
internal readonly struct SignedDelivery(Delivery delivery) : ISignedRequest
{
    public ReadOnlySpan<byte> Body => delivery.Body;

    public string? Url => delivery.Source.PublicUrl;

    public int GetHeader(string name, out string? value)
    {
        var values = delivery.Headers[name];
        value = values.Count == 1 ? values[0] : null;
        return values.Count;
    }
}
