using System.Text;
using WebhookReceiver.Inbox.Sqlite.Dedupe;

namespace WebhookReceiver.Tests.Inbox.Dedupe;

public sealed class IdTableTests
{
    private const int Capacity = 64;

    private readonly IdTable _table = new(Capacity);

    [Fact]
    public void TryFind_IdsBeyondTheCapacity_AreAllFound()
    {
        foreach (var i in Enumerable.Range(0, 10 * Capacity))
        {
            Add($"id-{i}", i);
        }

        Assert.All(Enumerable.Range(0, 10 * Capacity), i => Assert.Equal(i, Find($"id-{i}")));
        Assert.Null(Find("id-"));
        Assert.Null(Find($"id-{10 * Capacity}"));
    }

    [Fact]
    public void TryFind_SameHashOfAnotherId_IsNotTakenForIt()
    {
        _table.Add(new EventKey("one"u8, 7), Known(1));
        _table.Add(new EventKey("two"u8, 7), Known(2));

        Assert.True(_table.TryFind(new EventKey("one"u8, 7), out var one));
        Assert.True(_table.TryFind(new EventKey("two"u8, 7), out var two));
        Assert.Equal((1, 2), (one.Seq, two.Seq));
        Assert.False(_table.TryFind(new EventKey("six"u8, 7), out _));
    }

    [Fact]
    public void TryFind_IdThatWasAddedTwice_IsTheNewerOne()
    {
        Add("again", 1);
        Add("again", 2);

        Assert.Equal(2, Find("again"));
    }

    [Fact]
    public void TruncateTo_ForgetsWhatCameLaterAndNothingElse()
    {
        Add("kept", 1);
        Add("again", 2);
        var mark = _table.Count;
        Add("gone", 3);
        Add("again", 4);

        _table.TruncateTo(mark);
        Add("new", 5);

        Assert.Equal((1L, 2L, null, 5L), (Find("kept"), Find("again"), Find("gone"), Find("new")));
    }

    [Fact]
    public void Clear_ForgetsAll()
    {
        Add("one", 1);

        _table.Clear();

        Assert.Equal(0, _table.Count);
        Assert.Null(Find("one"));
    }

    [Fact]
    public void Sorted_IsByKeyAndOfOneKeyTheNewestFirst()
    {
        Add("b", 1);
        Add("c", 2);
        Add("a", 3);
        Add("b", 4);

        Assert.Equal([3, 4, 1, 2], _table.Sorted().Select(index => _table.Known(index).Seq));
    }

    [Fact]
    public void Sorted_KeysThatShareBeginningsAndEndInZeros_IsTheOrderOfTheirBytes()
    {
        var random = new Random(7);
        foreach (var i in Enumerable.Range(0, 5_000))
        {
            var tail = Enumerable.Range(0, random.Next(0, 12)).Select(_ => "\0aé\u00ff"[random.Next(4)]);
            Add($"source{random.Next(2)}\0{string.Concat(tail)}", i);
        }

        var expected = Enumerable.Range(0, 5_000).OrderBy(i => Convert.ToHexString(_table.Key(i)), StringComparer.Ordinal).ThenByDescending(static i => i);

        Assert.Equal(expected, _table.Sorted());
    }

    [Theory]
    [InlineData("ab", "c", "a", "bc")]
    [InlineData("a", "b", "a", "B")]
    public void KeyOf_AnotherSourceOrId_IsAnotherKey(string source, string id, string otherSource, string otherId)
    {
        var key = EventKey.Write(source, id, seed: 1, new byte[EventKey.MaxLength]);
        var other = EventKey.Write(otherSource, otherId, seed: 1, new byte[EventKey.MaxLength]);

        Assert.False(key.Bytes.SequenceEqual(other.Bytes));
        Assert.NotEqual(key.Hash, other.Hash);
    }

    private static KnownEvent Known(long seq) => new(seq, 0, 0, 0);

    private void Add(string id, long seq) => _table.Add(EventKey.Of(Encoding.UTF8.GetBytes(id), seed: 1), Known(seq));

    private long? Find(string id) => _table.TryFind(EventKey.Of(Encoding.UTF8.GetBytes(id), seed: 1), out var known) ? known.Seq : null;
}
