using WebhookReceiver.Senders;

namespace WebhookReceiver.Sources;

/// <summary>One secret of a source.</summary>
/// <param name="Key">The key material.</param>
/// <param name="NotBefore">Until then it is refused.</param>
/// <param name="NotAfter">From then on it is refused.</param>
internal sealed record SourceSecret(SenderKey Key, DateTimeOffset? NotBefore = null, DateTimeOffset? NotAfter = null)
{
    /// <summary>When it last proved a delivery, in this process.</summary>
    public SecretUse Use { get; set; } = new();

    public bool IsLive(DateTimeOffset now) => !IsUpcoming(now) && (NotAfter is not { } end || now < end);

    public bool IsUpcoming(DateTimeOffset now) => NotBefore is { } begin && now < begin;
}
