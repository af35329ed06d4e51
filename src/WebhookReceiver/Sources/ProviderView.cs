using Microsoft.Extensions.Configuration;

namespace WebhookReceiver.Sources;

/// <summary>What one provider alone says. A configuration root over it would read it anew and watch it.</summary>
internal readonly struct ProviderView(IConfigurationProvider provider)
{
    public string? Value(string path) => provider.TryGet(path, out var value) ? value : null;

    public IEnumerable<string> Children(string path) =>
        provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase).Order(ConfigurationKeyComparer.Instance);

    /// <summary>All keys at and below a path with their values.</summary>
    public IEnumerable<KeyValuePair<string, string>> Below(string path)
    {
        if (Value(path) is { } value)
        {
            yield return KeyValuePair.Create(path, value);
        }

        foreach (var child in Children(path))
        {
            foreach (var pair in Below($"{path}:{child}"))
            {
                yield return pair;
            }
        }
    }
}
