using WebhookReceiver.Sources;

namespace WebhookReceiver;

/// <summary>The settings of the receiver: the configuration section <c>WebhookReceiver</c>.</summary>
/// <remarks>Read once at start and checked as a whole; the sources among them are read again while the program runs.</remarks>
public sealed class WebhookReceiverOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string SectionName = "WebhookReceiver";

    /// <summary>The name of the source that <c>POST /webhook</c> goes to.</summary>
    public const string DefaultSourceName = "default";

    /// <summary>The sources by name: <c>[a-z0-9][a-z0-9-]{0,62}</c>.</summary>
    public IDictionary<string, WebhookSourceOptions> Sources { get; } = new Dictionary<string, WebhookSourceOptions>(StringComparer.Ordinal);

    /// <summary>Where events are stored.</summary>
    public InboxOptions Inbox { get; } = new();

    /// <summary>How events are handled.</summary>
    public DispatchOptions Dispatch { get; } = new();

    /// <summary>The management listener.</summary>
    public ManagementOptions Management { get; } = new();

    /// <summary>Whether plain HTTP is refused with 403. <see langword="null"/> (the default): yes, except in Development.</summary>
    public bool? RequireHttps { get; set; }

    /// <summary>Networks (<c>10.0.0.0/8</c>) or addresses whose <c>X-Forwarded-*</c> headers are believed. None by default, not even loopback.</summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>The URL that senders reach us by, without <c>/webhook</c>; needed by senders that sign their URL.</summary>
    public Uri? PublicBaseUrl { get; set; }

    /// <summary>What could not be read from configuration; reported together with what is wrong about the rest.</summary>
    internal List<ConfigurationProblem> ReadProblems { get; } = [];
}

/// <summary>Where events are stored.</summary>
public sealed class InboxOptions
{
    /// <summary>The kind of store. The default is <c>Sqlite</c>.</summary>
    public string Provider { get; set; } = "Sqlite";

    /// <summary>For Sqlite <c>Data Source=</c> and a path, relative to the content root. The default is <c>Data Source=data/inbox.db</c>.</summary>
    public string ConnectionString { get; set; } = "Data Source=data/inbox.db";
}

/// <summary>How events are handled.</summary>
public sealed class DispatchOptions
{
    /// <summary>How many handlers run at once, 1 to 1,024. The default is 32.</summary>
    public int MaxConcurrency { get; set; } = 32;

    /// <summary>How often a handler is tried before the event is dead, 1 to 100. The default is 16: about 75 hours.</summary>
    public int Attempts { get; set; } = 16;

    /// <summary>How long one attempt may take, 1 s to 1 day. The default is 30 s.</summary>
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
    /// <summary>The listener's address. The default is <c>http://127.0.0.1:8081</c>.</summary>
    public string Url { get; set; } = "http://127.0.0.1:8081";

    /// <summary>The bearer token of the management API, at least 32 characters. Without one only loopback callers in Development are let in.</summary>
    public string? Token { get; set; }
}
