using WebhookReceiver.Sources;

namespace WebhookReceiver;

/// <summary>The settings of the receiver: the configuration section <c>WebhookReceiver</c>.</summary>
/// <remarks>
/// Read once at start and checked as a whole, so that all that is wrong is said at once; the sources among them are read again from their
/// files while the program runs. Change them in <c>Configure</c> and <c>PostConfigure</c>, which run before the check, and not later.
/// </remarks>
public sealed class WebhookReceiverOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string SectionName = "WebhookReceiver";

    /// <summary>The name of the source that <c>POST /webhook</c> goes to.</summary>
    public const string DefaultSourceName = "default";

    /// <summary>The sources by name: <c>[a-z0-9][a-z0-9-]{0,62}</c>, compared by case. At least one.</summary>
    public IDictionary<string, WebhookSourceOptions> Sources { get; } = new Dictionary<string, WebhookSourceOptions>(StringComparer.Ordinal);

    /// <summary>Where events are stored.</summary>
    public InboxOptions Inbox { get; } = new();

    /// <summary>How events are handled.</summary>
    public DispatchOptions Dispatch { get; } = new();

    /// <summary>The management listener.</summary>
    public ManagementOptions Management { get; } = new();

    /// <summary>
    /// Whether plain HTTP is refused with 403. <see langword="null"/> (the default): yes, except in Development. Where it is, Kestrel needs
    /// TLS or one of <see cref="TrustedProxies"/>, or there is no start.
    /// </summary>
    public bool? RequireHttps { get; set; }

    /// <summary>
    /// Networks (<c>10.0.0.0/8</c>) or addresses whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> headers are believed. None by
    /// default, not even loopback; a network of all addresses is refused.
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>
    /// The absolute <c>http</c> or <c>https</c> URL that senders reach us by, without <c>/webhook</c>, query and fragment; needed by
    /// senders that sign their URL. <see langword="null"/> by default.
    /// </summary>
    public Uri? PublicBaseUrl { get; set; }

    /// <summary>What could not be read from configuration; reported together with what is wrong about the rest.</summary>
    internal List<ConfigurationProblem> ReadProblems { get; } = [];

    /// <summary>What stands in the section and is no setting; it has no effect, and the start says so.</summary>
    internal List<ConfigurationProblem> ReadWarnings { get; } = [];

    /// <summary>The sources as the validator compiled them, to find what is wrong with them: once is enough.</summary>
    internal IReadOnlyDictionary<string, WebhookSource> CompiledSources { get; set; } = new Dictionary<string, WebhookSource>();
}

/// <summary>Where events are stored.</summary>
public sealed class InboxOptions
{
    internal const string ConnectionStringKey = WebhookReceiverOptions.SectionName + ":Inbox:ConnectionString";

    /// <summary>
    /// The kind of store: <c>Sqlite</c> (the default), or <c>PostgreSql</c> where WebhookReceiver.PostgreSql is added, as it is in the container.
    /// </summary>
    public string Provider { get; set; } = "Sqlite";

    /// <summary>
    /// For PostgreSql Npgsql's, with a server and a database. For Sqlite <c>Data Source=</c> and nothing else but a path on a local disk, relative to the content root. The default is
    /// <c>Data Source=data/inbox.db</c>. The file and its directory are made if they are not there; one process uses it at a time.
    /// </summary>
    public string ConnectionString { get; set; } = "Data Source=data/inbox.db";

    /// <summary>
    /// How long the body of an event is kept after all of its work has succeeded or was cancelled, 1 hour to 3,650 days. The default is 7 days. An event
    /// without its body can be looked at and not be replayed. What is open, dead or parked keeps its body.
    /// </summary>
    public TimeSpan BodyRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How long the rest of such an event is kept, its attempts included: 30 to 3,650 days, and not shorter than its body. The default is 30 days, which
    /// is as long as an event's id is known.
    /// </summary>
    public TimeSpan EventRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long it is kept who replayed, cancelled or admitted what, and why: 1 to 3,650 days. The default is 365 days.</summary>
    public TimeSpan AuditRetention { get; set; } = TimeSpan.FromDays(365);

    internal static readonly TimeSpan MinBodyRetention = TimeSpan.FromHours(1), MinAuditRetention = TimeSpan.FromDays(1), MaxRetention = TimeSpan.FromDays(3650);

    /// <summary>At a start the ids of the newest events are read from their rows.</summary>
    internal static readonly TimeSpan MinEventRetention = Inbox.InboxEvent.DefaultDedupeWindow;
}

/// <summary>How events are handled. What is out of its range stops the start.</summary>
public sealed class DispatchOptions
{
    internal const int MostAtOnce = 1024;

    /// <summary>How many handlers run at once, 1 to 1,024. The default is 32.</summary>
    public int MaxConcurrency { get; set; } = 32;

    /// <summary>
    /// How often a handler is tried before the event is dead, the first time included, 1 to 100. The default is 16: about 75 hours. A
    /// handler can have a number of its own (<see cref="HandlerOptions.Attempts"/>).
    /// </summary>
    public int Attempts { get; set; } = 16;

    /// <summary>
    /// How long one attempt may take before its cancellation token is cancelled, 1 s to 1 day. The default is 30 s. A handler can have a
    /// limit of its own (<see cref="HandlerOptions.Timeout"/>).
    /// </summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long requests are still taken after SIGTERM, so that a load balancer notices that we are not ready; 0 to 20 s.
    /// <see langword="null"/> (the default): 5 s, and 0 in Development.
    /// </summary>
    public TimeSpan? DrainDelay { get; set; }
}

/// <summary>The management listener.</summary>
public sealed class ManagementOptions
{
    /// <summary>
    /// The listener's address, <c>http</c> or <c>https</c>, such as <c>http://10.0.0.5:9000</c> or <c>http://+:8081</c> for all of the
    /// machine's; port 0 lets the system choose one. Its port is never the public listener's. The default is <c>http://127.0.0.1:8081</c>.
    /// </summary>
    public string Url { get; set; } = "http://127.0.0.1:8081";

    /// <summary>
    /// The bearer token of the management API, at least 32 characters of ASCII without blanks. <see langword="null"/> (the default) lets in, in
    /// Development, who asks from this machine for <c>localhost</c> or a loopback address, but no page of another site in his browser; elsewhere a
    /// management listener without a token does not start.
    /// </summary>
    public string? Token { get; set; }
}
