namespace WebhookReceiver.Diagnostics;

/// <summary>One error that the receiver can say.</summary>
/// <param name="Code"><c>WHR####</c>: 1### are of the configuration: all but 1007, a warning, stop the start or a reload; 2### and 4### are told to senders, 5### to callers of the management API.</param>
/// <param name="Cause">What has happened, in general, as the docs say it.</param>
/// <param name="Fix">The way out, as the docs say it.</param>
internal sealed record ErrorCode(string Code, string Cause, string Fix)
{
    /// <summary>What the problem details say; empty where that depends on the request.</summary>
    public string Title { get; init; } = "";

    /// <summary>The HTTP statuses that it is said under, the usual one first; none for what is not said by HTTP.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    /// <summary>Which other statuses there are, where they are not ours to choose.</summary>
    public string? OtherStatus { get; init; }

    /// <summary>The kind of problem (RFC 9457).</summary>
    public string Type => $"urn:webhook-receiver:{Code}";

    /// <summary>Where the docs explain it.</summary>
    public string Docs => $"docs/errors.md#{Code.ToLowerInvariant()}";

    public override string ToString() => Code;
}
