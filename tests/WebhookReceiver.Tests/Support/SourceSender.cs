using System.Text;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Tests.Support;

/// <summary>A sender that knows a secret of one source, and signs as its row says.</summary>
internal sealed class SourceSender
{
    private readonly string _target;
    private readonly SenderPlan _plan;
    private readonly SenderKey _key;
    private readonly TimeProvider _clock;
    private readonly string? _url;

    public SourceSender(string source, string sender, string secret, TimeProvider clock, string? url = null)
        : this(source, SenderCatalog.TryGet(sender, out var row) ? row : throw new ArgumentException($"There is no sender '{sender}'."), secret, clock, url)
    {
    }

    /// <param name="source">The source.</param>
    /// <param name="row">The sender's row.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="clock">When it is signed.</param>
    /// <param name="url">The URL that the sender was given, where it is signed.</param>
    public SourceSender(string source, SenderDefinition row, string secret, TimeProvider clock, string? url = null)
    {
        _target = source == WebhookReceiverOptions.DefaultSourceName ? "/webhook" : $"/webhook/{source}";
        _plan = SenderPlan.Compile(row);
        Assert.True(_plan.TryCreateKey(secret, out var key, out var problem), problem);
        (_key, _clock, _url, Secret) = (key, clock, url, secret);
    }

    public string Secret { get; }

    /// <summary>A request that the source accepts, if the body is one.</summary>
    public WireRequest Sign(string body, string id, DateTimeOffset? at = null) => Sign(Encoding.UTF8.GetBytes(body), id, at);

    /// <inheritdoc cref="Sign(string, string, DateTimeOffset?)"/>
    public WireRequest Sign(byte[] body, string id, DateTimeOffset? at = null)
    {
        var headers = _plan.Sign(new SigningInput(body, id, at ?? _clock.GetUtcNow(), _url), _key).Headers;
        return new WireRequest(_target, body) { Headers = [new("Content-Type", "application/json"), .. headers] };
    }
}
