namespace WebhookReceiver.Senders;

/// <summary>A draft, read as the receiver will read it.</summary>
internal readonly struct DraftRequest(RequestDraft draft, RequestContent? content) : ISignedRequest
{
    public string Method => draft.Method;

    public ReadOnlySpan<byte> Body => draft.Body.Span;

    public string? Url => draft.Url;

    public string Query => draft.Query;

    public RequestContent? Content => content;

    public FetchedKeys? FindKeys(KeyReference reference) => null;

    public int GetHeader(string name, out string? value)
    {
        value = draft.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return value is null ? 0 : 1;
    }

    public string GetHeaderLine(string name, int line) => GetHeader(name, out string? value) == 1 ? value! : "";
}
