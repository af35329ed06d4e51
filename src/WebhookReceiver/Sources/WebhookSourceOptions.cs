namespace WebhookReceiver;

/// <summary>A configured sender with its secrets: the <c>{source}</c> in <c>/webhook/{source}</c>.</summary>
public sealed class WebhookSourceOptions
{
    /// <summary>The id of a row of the catalogue, such as <c>github</c>. Exactly one of this and <see cref="SchemeFile"/>.</summary>
    public string? Sender { get; set; }

    /// <summary>A row of your own, as a file relative to the content root.</summary>
    public string? SchemeFile { get; set; }

    /// <summary>The shared secrets, newest first. Keep two while rotating one, so that no delivery is refused meanwhile. At least one.</summary>
    public IList<WebhookSecretOptions> Secrets { get; } = [];

    /// <summary>The second secret of a sender's handshake, such as Meta's verify token.</summary>
    public string? HandshakeSecret { get; set; }

    /// <summary>How far the sender's clock may be from ours, 1 s to 1 h; <see langword="null"/> for the row's own (usually five minutes).</summary>
    public TimeSpan? Tolerance { get; set; }

    /// <summary>The largest body in bytes, 1 to 256 MiB; <see langword="null"/> for the row's own (usually 1 MiB).</summary>
    public int? MaxBodyBytes { get; set; }

    /// <summary>The name of the signature header where it is not the row's.</summary>
    public string? SignatureHeader { get; set; }

    /// <summary>The header that carries the event's id where it is not the row's.</summary>
    public string? EventIdHeader { get; set; }

    /// <summary>What makes two deliveries the same event. The default is the event's id.</summary>
    public DuplicateRule Duplicates { get; set; }
}

/// <summary>What makes two deliveries the same event.</summary>
public enum DuplicateRule
{
    /// <summary>The same id.</summary>
    Id,
    /// <summary>The same body: for senders that do not sign their ids, so that a captured request cannot be sent again under another id.</summary>
    Body,
}

/// <summary>One secret of a source.</summary>
public sealed class WebhookSecretOptions
{
    /// <summary>The secret as the sender shows it.</summary>
    public required string Value { get; set; }

    /// <summary>From then on the secret is refused; <see langword="null"/> (the default) for never.</summary>
    public DateTimeOffset? NotAfter { get; set; }

    /// <summary>Says only what this is.</summary>
    public override string ToString() => "WebhookSecretOptions (hidden)";
}
