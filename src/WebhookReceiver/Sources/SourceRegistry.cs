using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace WebhookReceiver.Sources;

/// <summary>The sources by name, swapped whole by a reload. Safe from any thread.</summary>
internal sealed class SourceRegistry
{
    private volatile FrozenDictionary<string, WebhookSource> _sources = FrozenDictionary<string, WebhookSource>.Empty;

    /// <summary>Whether sources were loaded at all, which readiness asks.</summary>
    public bool IsLoaded { get; private set; }

    public IReadOnlyCollection<WebhookSource> All => _sources.Values;

    public bool TryGet(string name, [NotNullWhen(true)] out WebhookSource? source) => _sources.TryGetValue(name, out source);

    public void Replace(IReadOnlyDictionary<string, WebhookSource> sources)
    {
        foreach (var (name, source) in sources)
        {
            if (_sources.TryGetValue(name, out var old))
            {
                source.TakeOver(old);
            }
        }

        _sources = sources.ToFrozenDictionary(StringComparer.Ordinal);
        IsLoaded = true;
    }
}
