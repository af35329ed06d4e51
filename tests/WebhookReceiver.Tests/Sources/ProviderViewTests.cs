using System.Collections;
using Microsoft.Extensions.Configuration;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Tests.Sources;

public sealed class ProviderViewTests
{
    private static readonly Dictionary<string, string?> Data = new(StringComparer.OrdinalIgnoreCase)
    {
        ["A"] = "above",
        ["A:b:2"] = "two",
        ["A:b:10"] = "ten",
        ["A:b:x:y"] = "deep",
        ["a:B:X"] = null,
        ["A:b-c"] = "beside",
        ["A:bc"] = "longer",
        ["AB"] = "other",
        ["Z"] = "other",
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void View_OfASection_HoldsWhatStandsThereAndNothingBeside(bool answersByItself)
    {
        var view = new ProviderView(Provider(answersByItself), "A");

        Assert.Equal(
            ["A=above", "A:b-c=beside", "A:b:10=ten", "A:b:2=two", "A:b:x=", "A:b:x:y=deep", "A:bc=longer"],
            view.Keys.Select(key => $"{key}={view.Value(key)}"), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(["b", "b-c", "bc"], view.Children("A"));
        Assert.Equal(["2", "10", "x"], view.Children("a:B"), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(["y"], view.Children("A:b:x"));
        Assert.Empty(view.Children("A:b:2"));
        Assert.Equal("ten", view.Value("a:b:10"));
        Assert.Null(view.Value("A:b"));
    }

    [Fact]
    public void View_ProviderThatAnswersByItself_IsBelievedAndNotItsTable()
    {
        var provider = new OwnProvider();
        provider.Set("A:b", "in the table");

        Assert.Equal(["A:c"], new ProviderView(provider, "A").Keys);
    }

    [Fact]
    public void ReadSources_AThousandOfThem_GoesThroughTheKeysNoOftenerThanForOne()
    {
        Assert.Equal(PassesFor(1), PassesFor(1000));
    }

    private static int PassesFor(int sources)
    {
        var table = new CountedTable();
        for (var i = 0; i < sources; i++)
        {
            table.Add($"WebhookReceiver:Sources:s{i}:Sender", "github");
            table.Add($"WebhookReceiver:Sources:s{i}:Secrets:0", "secret");
        }

        using var root = new ConfigurationRoot([new TableProvider(table)]);
        table.Passes = 0;
        var options = new WebhookReceiverOptions();
        WebhookConfiguration.Read(root, options, []);
        Assert.Equal(sources, options.Sources.Count(static source => source.Value.Secrets is [{ Value: "secret" }]));
        return table.Passes;
    }

    private static ConfigurationProvider Provider(bool answersByItself) => answersByItself ? new WalkedProvider(Data) : new TableProvider(Data);

    private class TableProvider : ConfigurationProvider
    {
        public TableProvider(IDictionary<string, string?> table) => Data = table;
    }

    private sealed class WalkedProvider(IDictionary<string, string?> table) : TableProvider(table)
    {
        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) => base.GetChildKeys(earlierKeys, parentPath);
    }

    private sealed class OwnProvider : ConfigurationProvider
    {
        public override bool TryGet(string key, out string? value)
        {
            value = key == "A:c" ? "own" : null;
            return value is not null;
        }

        public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) => parentPath == "A" ? ["c"] : [];
    }

    /// <summary>A table that counts how often somebody goes through all of it.</summary>
    private sealed class CountedTable : IDictionary<string, string?>
    {
        private readonly Dictionary<string, string?> _entries = new(StringComparer.OrdinalIgnoreCase);

        public int Passes { get; set; }

        public ICollection<string> Keys
        {
            get
            {
                Passes++;
                return _entries.Keys;
            }
        }

        public ICollection<string?> Values => _entries.Values;

        public int Count => _entries.Count;

        public bool IsReadOnly => false;

        public string? this[string key]
        {
            get => _entries[key];
            set => _entries[key] = value;
        }

        public IEnumerator<KeyValuePair<string, string?>> GetEnumerator()
        {
            Passes++;
            return _entries.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public bool TryGetValue(string key, out string? value) => _entries.TryGetValue(key, out value);

        public bool ContainsKey(string key) => _entries.ContainsKey(key);

        public void Add(string key, string? value) => _entries.Add(key, value);

        public void Add(KeyValuePair<string, string?> item) => _entries.Add(item.Key, item.Value);

        public bool Contains(KeyValuePair<string, string?> item) => _entries.Contains(item);

        public void CopyTo(KeyValuePair<string, string?>[] array, int arrayIndex) => throw new NotSupportedException();

        public bool Remove(string key) => _entries.Remove(key);

        public bool Remove(KeyValuePair<string, string?> item) => _entries.Remove(item.Key);

        public void Clear() => _entries.Clear();
    }
}
