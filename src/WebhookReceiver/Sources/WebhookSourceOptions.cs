using WebhookReceiver.Senders;

namespace WebhookReceiver;

/// <summary>A configured sender with its secrets: the <c>{source}</c> in <c>/webhook/{source}</c>.</summary>
/// <remarks>
/// What is wrong with one stops the start; at a reload, all sources stay as they were. Not safe for changes from several threads.
/// </remarks>
public sealed class WebhookSourceOptions
{
    internal const int MostBodyBytes = 256 * 1024 * 1024;

    internal const int MaxRateLimit = 100_000;

    internal static readonly TimeSpan MinSilence = TimeSpan.FromMinutes(1);

    internal static readonly TimeSpan MaxSilence = TimeSpan.FromDays(30);

    /// <summary>
    /// The id of a row of the catalogue, such as <c>github</c>, in lower case. Exactly one of this and <see cref="SchemeFile"/>.
    /// </summary>
    public string? Sender { get; set; }

    /// <summary>
    /// A row of your own: the path of its JSON file, relative to the content root. Exactly one of this and <see cref="Sender"/>.
    /// </summary>
    public string? SchemeFile { get; set; }

    /// <summary>
    /// Whether a row of the catalogue may be used whose way of proving is recalled and was not read in the sender's own documentation or code. The
    /// default is <see langword="false"/>: such a row stops the start.
    /// </summary>
    public bool AllowUnverifiedSender { get; set; }

    /// <summary>
    /// Whether the receiver may fetch the sender's public keys, over HTTPS and from the hosts that the row names alone. The default is
    /// <see langword="false"/>: a sender whose keys must be fetched stops the start, and the receiver makes no request of its own.
    /// </summary>
    public bool AllowKeyFetch { get; set; }

    /// <summary>
    /// The secrets, newest first: shared ones, or, of senders that sign with a private key, its public keys. Keep two while rotating one, so that no delivery is refused
    /// meanwhile. At least one.
    /// </summary>
    public IList<WebhookSecretOptions> Secrets { get; } = [];

    /// <summary>
    /// The second secret of a sender's handshake, such as Meta's verify token. Required for senders that have one, unused for others.
    /// </summary>
    public string? HandshakeSecret { get; set; }

    /// <summary>
    /// How far the signed time may be from our clock, both ways, in whole seconds, 1 s to 1 h; <see langword="null"/> (the default) for the
    /// row's own (usually five minutes). Only for senders that sign a time.
    /// </summary>
    public TimeSpan? Tolerance { get; set; }

    /// <summary>
    /// The largest body in bytes, 1 byte to 256 MiB; <see langword="null"/> (the default) for the row's own (usually 1
    /// MiB). A larger one is answered 413.
    /// </summary>
    public int? MaxBodyBytes { get; set; }

    /// <summary>
    /// The name of the signature header; <see langword="null"/> (the default) for the row's own. Of the row's schemes those
    /// are left that share the first one's header, under this name.
    /// </summary>
    public string? SignatureHeader { get; set; }

    /// <summary>
    /// The header that carries the event's id; <see langword="null"/> (the default) for what the row says. Only for
    /// senders that do not sign the id and send one event in a delivery.
    /// </summary>
    public string? EventIdHeader { get; set; }

    /// <summary>
    /// Networks (<c>192.0.2.0/24</c>) or addresses from which alone deliveries are taken; from anywhere else they are answered as if they were not
    /// verified, and their body is not read. Empty (the default) for everywhere. The address is that of the connection, or, behind
    /// <see cref="WebhookReceiverOptions.TrustedProxies"/>, the one that they name.
    /// </summary>
    public IList<string> AllowedAddresses { get; } = [];

    /// <summary>
    /// How many verified events a second are taken in the long run, 1 to 100,000, by each process; ten seconds' worth may come at once. What is beyond it is answered 429 with
    /// <c>Retry-After</c>. <see langword="null"/> (the default) for no limit.
    /// </summary>
    public int? RateLimit { get; set; }

    /// <summary>
    /// How long the source may send nothing before that is an alarm, 1 minute to 30 days. <see langword="null"/> (the default): it is learned, as three
    /// times the longest pause of the last eight days, at least 15 minutes, once the source was watched for a day and had 20 pauses.
    /// </summary>
    public TimeSpan? SilenceAfter { get; set; }

    /// <summary>
    /// Whether deliveries that were refused after their body was read are kept for some days, in memory alone and within bounds, so that a person can admit them when the mistake is
    /// mended. The default is <see langword="false"/>: only metadata is kept.
    /// </summary>
    public bool CaptureRejections { get; set; }

    /// <summary>
    /// What makes two deliveries the same event; <see langword="null"/> (the default) for the row's own, usually <see cref="DuplicateRule.Id"/>.
    /// </summary>
    public DuplicateRule? Duplicates { get; set; }
}

/// <summary>One secret of a source. Its text form never shows the secret.</summary>
public sealed class WebhookSecretOptions
{
    /// <summary>
    /// The secret as the sender shows it, in the sender's own encoding, taken as it stands: usually 16 bytes or more when
    /// decoded, at most 4,096 bytes of text.
    /// </summary>
    public required string Value { get; set; }

    /// <summary>
    /// Until then the secret is refused, by our clock when the delivery arrives; <see langword="null"/> (the default) for no beginning.
    /// </summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>
    /// From then on the secret is refused, by our clock when the delivery arrives; <see langword="null"/> (the default) for never.
    /// </summary>
    public DateTimeOffset? NotAfter { get; set; }

    /// <summary>Says only what this is.</summary>
    /// <returns>A fixed text without any of the secret.</returns>
    public override string ToString() => "WebhookSecretOptions (hidden)";
}
