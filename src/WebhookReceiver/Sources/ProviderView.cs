using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;

namespace WebhookReceiver.Sources;

/// <summary>What one provider alone says of a section, read once. A configuration root over it would read it anew and watch it.</summary>
internal sealed class ProviderView
{
    /// <summary>In the order of their keys, so that all that is below a path stands together.</summary>
    private readonly string[] _keys;

    public ProviderView(IConfigurationProvider provider, string section)
    {
        Provider = provider;
        _keys = [.. (Table(provider)?.Keys ?? Walk(provider, section)).Where(key => IsAtOrBelow(key, section))];
        Array.Sort(_keys, StringComparer.OrdinalIgnoreCase);
    }

    public IConfigurationProvider Provider { get; }

    /// <summary>The keys of the section, those without a value too.</summary>
    public IReadOnlyList<string> Keys => _keys;

    public string? Value(string path) => Provider.TryGet(path, out var value) ? value : null;

    /// <summary>The names directly below a path of the section.</summary>
    public IEnumerable<string> Children(string path)
    {
        var below = path + ConfigurationPath.KeyDelimiter;
        var names = new List<string>();
        for (var place = FirstAtOrAfter(below); place < _keys.Length && _keys[place].StartsWith(below, StringComparison.OrdinalIgnoreCase); place++)
        {
            var name = _keys[place].AsSpan(below.Length);
            names.Add((name.IndexOf(':') is >= 0 and var end ? name[..end] : name).ToString());
        }

        return names.Distinct(StringComparer.OrdinalIgnoreCase).Order(ConfigurationKeyComparer.Instance);
    }

    private int FirstAtOrAfter(string key)
    {
        var (from, to) = (0, _keys.Length);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = StringComparer.OrdinalIgnoreCase.Compare(_keys[middle], key) < 0 ? (middle + 1, to) : (from, middle);
        }

        return from;
    }

    /// <summary>
    /// The provider's own table, where it answers by it as nearly all do. Asking for the names below a key goes through all keys, and to ask
    /// so for each of them costs their square: a third of a second for a thousand sources.
    /// </summary>
    private static IDictionary<string, string?>? Table(IConfigurationProvider provider) =>
        provider is ConfigurationProvider known && IsPlain(provider.TryGet) && IsPlain(provider.GetChildKeys) ? TableOf(known) : null;

    private static bool IsPlain(Delegate answer) => answer.Method.DeclaringType == typeof(ConfigurationProvider);

    /// <summary>What is there for those who derive from the class, and thus part of its contract.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Data")]
    private static extern IDictionary<string, string?> TableOf(ConfigurationProvider provider);

    private static IEnumerable<string> Walk(IConfigurationProvider provider, string path)
    {
        if (provider.TryGet(path, out _))
        {
            yield return path;
        }

        foreach (var child in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            foreach (var key in Walk(provider, ConfigurationPath.Combine(path, child)))
            {
                yield return key;
            }
        }
    }

    private static bool IsAtOrBelow(string key, string section) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase) && (key.Length == section.Length || key[section.Length] == ':');
}
