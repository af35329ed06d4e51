using Microsoft.Extensions.Time.Testing;

namespace WebhookReceiver.Testing;

/// <summary>What a test may set before the program starts. Not safe from several threads.</summary>
public sealed class WebhookTestOptions
{
    private readonly List<KeyValuePair<string, Action<WebhookSourceOptions>>> _sources = [];
    private bool _isStarted;

    /// <summary>
    /// The program's only clock, which stands still until the test advances it. It begins at 2026-01-01T00:00:00Z, whatever the day, so that a
    /// test does the same tomorrow.
    /// </summary>
    public FakeTimeProvider Clock { get; set; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary>
    /// How long an await of <see cref="TestDelivery"/> may take in real time for each attempt before it fails with the event's timeline;
    /// more than zero. The default is 5 s; endless under a debugger.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    internal IReadOnlyList<KeyValuePair<string, Action<WebhookSourceOptions>>> Sources => _sources;

    /// <summary>What the program finds wrong with its configuration, as far as it says so.</summary>
    internal IReadOnlyList<string> Problems { get; set; } = [];

    /// <summary>Adds a source, or takes the place of one that the program configures. Without a secret it gets one that fits the sender.</summary>
    /// <param name="name">The source's name, the last part of its URL: <c>[a-z0-9][a-z0-9-]{0,62}</c>. A wrong one stops the start.</param>
    /// <param name="sender">The id of a row of the catalogue, such as <c>github</c>. An unknown one stops the start.</param>
    /// <param name="configure">Sets more of the source's options; called at start, and again at each reload.</param>
    /// <returns>These options.</returns>
    /// <exception cref="InvalidOperationException">The program has started already.</exception>
    public WebhookTestOptions AddSource(string name, string sender, Action<WebhookSourceOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(sender);
        if (_isStarted)
        {
            throw new InvalidOperationException("Add sources before the first use of the host: the program has started.");
        }

        _sources.Add(KeyValuePair.Create(name, (Action<WebhookSourceOptions>)(source =>
        {
            source.Sender = sender;
            configure?.Invoke(source);
        })));
        return this;
    }

    internal void Start() => _isStarted = true;
}
