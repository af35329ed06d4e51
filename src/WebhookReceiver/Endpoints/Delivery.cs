using Microsoft.AspNetCore.Http;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>One request that arrived, read whole and bounded; nothing of it is believed yet. Dispose of it when it is opened. Not safe to share between threads.</summary>
internal sealed class Delivery : IDisposable
{
    private RequestContent? _content;
    private string? _problem;
    private bool _isParsed;

    public required WebhookSource Source { get; init; }

    public required string Method { get; init; }

    /// <summary>The exact bytes.</summary>
    public required byte[] Body { get; init; }

    /// <summary>The format that the content type names; <see langword="null"/> where it is none that the sender sends, as in some handshakes.</summary>
    public required BodyFormat? Format { get; init; }

    public required string ContentType { get; init; }

    public required IHeaderDictionary Headers { get; init; }

    /// <summary>The query as it was received, without its question mark.</summary>
    public required string Query { get; init; }

    /// <summary>When it arrived: the time by which it is verified.</summary>
    public required DateTimeOffset ArrivedAt { get; init; }

    /// <summary>When its events are taken, from which on they are known: that of its arrival, save where a person admits what was refused.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>Where fetched keys are found; <see langword="null"/> where the source may fetch none.</summary>
    public KeyFetcher? Keys { get; init; }

    /// <summary>The body, parsed when it is first asked for; <see langword="null"/> if it is not what it says.</summary>
    public RequestContent? Content
    {
        get
        {
            if (!_isParsed)
            {
                _isParsed = true;
                if (Format is { } format)
                {
                    RequestContent.TryParse(Source.Plan.Definition, Body, format, ContentType, out _content, out _problem);
                }
            }

            return _content;
        }
    }

    /// <summary>Why there is no <see cref="Content"/>, for a sender that was verified.</summary>
    public string? ContentProblem => Content is null ? _problem : null;

    /// <summary>The same request for the source as it is now. The headers of a request that is answered belong to the server again: they are copied before that.</summary>
    public Delivery For(WebhookSource source, KeyFetcher? keys, IHeaderDictionary headers, BodyFormat? format, DateTimeOffset receivedAt) => new()
    {
        Source = source,
        Method = Method,
        Body = Body,
        Format = format,
        ContentType = ContentType,
        Headers = headers,
        Query = Query,
        ArrivedAt = ArrivedAt,
        ReceivedAt = receivedAt,
        Keys = keys,
    };

    public void Dispose() => _content?.Dispose();
}

/// <summary>What a scheme and a template read of a delivery; a struct, so that verifying allocates nothing.</summary>
internal readonly struct SignedDelivery(Delivery delivery) : ISignedRequest
{
    public string Method => delivery.Method;

    public ReadOnlySpan<byte> Body => delivery.Body;

    public string? Url => delivery.Source.PublicUrl;

    public string Query => delivery.Query;

    public RequestContent? Content => delivery.Content;

    public FetchedKeys? FindKeys(KeyReference reference) => delivery.Keys?.Find(reference);

    public int GetHeader(string name, out string? value)
    {
        var values = delivery.Headers[name];
        value = values.Count == 1 ? values[0] : null;
        return values.Count;
    }

    public string GetHeaderLine(string name, int line) => delivery.Headers[name][line] ?? "";
}
