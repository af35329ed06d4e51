using System.Net;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Sources;

/// <summary>A source, compiled and ready to verify. A reload makes new ones; they take over what was seen of the old ones.</summary>
internal sealed class WebhookSource
{
    private readonly SourceSecret[] _secrets;
    private readonly SenderKey[] _keys;
    private readonly IPNetwork[] _allowed;
    private readonly bool _isTimed;

    public WebhookSource(string name, SenderPlan plan, SourceSecret[] secrets, WebhookSourceOptions options, string? publicUrl, params IPNetwork[] allowed)
    {
        Name = name;
        Plan = plan;
        _secrets = secrets;
        _keys = [.. secrets.Select(static secret => secret.Key)];
        _isTimed = secrets.Any(static secret => secret.NotBefore is not null || secret.NotAfter is not null);
        _allowed = allowed;
        MaxBodyBytes = options.MaxBodyBytes ?? plan.Definition.MaxBodyBytes;
        HandshakeSecret = options.HandshakeSecret;
        Duplicates = options.Duplicates ?? plan.Definition.Duplicates;
        AllowsKeyFetch = options.AllowKeyFetch && plan.FetchesKeys;
        CapturesRejections = options.CaptureRejections;
        SilenceAfter = options.SilenceAfter;
        Rate = options.RateLimit is { } limit ? new SourceRate(limit) : null;
        PublicUrl = publicUrl;
        KeptHeaders = HeadersToKeep(plan);
    }

    public string Name { get; }

    public SenderPlan Plan { get; }

    public int MaxBodyBytes { get; }

    public string? HandshakeSecret { get; }

    public DuplicateRule Duplicates { get; }

    /// <summary>Whether keys may be fetched for it.</summary>
    public bool AllowsKeyFetch { get; }

    /// <summary>Whether its refused deliveries are kept whole.</summary>
    public bool CapturesRejections { get; }

    /// <summary>How long it may send nothing; <see langword="null"/> where that is learned.</summary>
    public TimeSpan? SilenceAfter { get; }

    /// <summary>How much it may send; <see langword="null"/> for as much as it likes.</summary>
    public SourceRate? Rate { get; private set; }

    /// <summary>What has come from it.</summary>
    public SourceActivity Activity { get; private set; } = new();

    /// <summary>The URL that the sender was given; <see langword="null"/> without <c>PublicBaseUrl</c>.</summary>
    public string? PublicUrl { get; }

    /// <summary>Where deliveries are taken from; empty for everywhere.</summary>
    public IReadOnlyList<IPNetwork> AllowedAddresses => _allowed;

    /// <summary>The headers that are stored with an event.</summary>
    public string[] KeptHeaders { get; }

    public IReadOnlyList<SourceSecret> Secrets => _secrets;

    /// <summary>Whether deliveries are taken from an address. One that is not known is none of those that are named.</summary>
    public bool Allows(IPAddress? address) => _allowed.Length == 0 || address is not null && _allowed.Contains(address);

    /// <summary>Takes over what was seen of the source before a reload.</summary>
    public void TakeOver(WebhookSource old)
    {
        Activity = old.Activity;
        Rate = old.Rate?.PerSecond == Rate?.PerSecond ? old.Rate : Rate;
        foreach (var secret in _secrets)
        {
            secret.Use = old._secrets.FirstOrDefault(before => before.Key.IsSameAs(secret.Key))?.Use ?? secret.Use;
        }
    }

    /// <summary>The keys of the secrets that are live, newest first. Allocates only where a secret has a beginning or an end.</summary>
    public ReadOnlySpan<SenderKey> LiveKeys(DateTimeOffset now) => _isTimed ? KeysLiveAt(now) : _keys;

    /// <summary>The position among the configured secrets of a key among the live ones.</summary>
    public int SecretIndexOf(int liveIndex, DateTimeOffset now)
    {
        if (!_isTimed)
        {
            return liveIndex;
        }

        for (var i = 0; i < _secrets.Length; i++)
        {
            if (_secrets[i].IsLive(now) && liveIndex-- == 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Whether the sender has a handshake by this method.</summary>
    public bool HasHandshake(string method) => Plan.Definition.Handshakes.Any(handshake => handshake.Method == method);

    /// <summary>Whether the sender has one by this method that is signed like an event.</summary>
    public bool HasVerifiedHandshake(string method) => Plan.Definition.Handshakes.Any(handshake => handshake.Verified && handshake.Method == method);

    private SenderKey[] KeysLiveAt(DateTimeOffset now) => [.. _secrets.Where(secret => secret.IsLive(now)).Select(static secret => secret.Key)];

    /// <summary>The headers that the row names in its map or asks to keep, and what every sender has. Never the signature.</summary>
    private static string[] HeadersToKeep(SenderPlan plan)
    {
        var map = plan.Event;
        var named = map.Id.Concat(map.Type).Concat(map.Timestamp).SelectMany(static template => template.Parts)
            .Where(static part => part.Kind == TemplatePartKind.Header).Select(static part => part.Name);
        var signed = plan.Definition.Schemes.SelectMany(static scheme => new[] { scheme.Id, scheme.Timestamp?.Value }).OfType<string>()
            .SelectMany(static text => Template.Parse(text).Parts)
            .Where(static part => part.Kind == TemplatePartKind.Header).Select(static part => part.Name);
        var secret = plan.Definition.Schemes.SelectMany(static scheme => scheme.Signature.AlsoHeaders.Append(scheme.Signature.Header)).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. signed.Prepend("User-Agent").Concat(named).Concat(plan.Definition.KeepHeaders)
            .Where(name => !secret.Contains(name)).Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
