using System.Globalization;
using System.Numerics;
using System.Text;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Tests.Envelopes;

/// <summary>
/// What a body costs grows with its length and with nothing else in it: not with its depth, not with the number of its names, and not with
/// names that are chosen to fall into one place of a table.
/// </summary>
public sealed class ParsingCostTests
{
    // Far above what is needed, far below what a square of the names would take.
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(1);

    private static readonly WebhookSource Json = Source("standard-webhooks");
    private static readonly WebhookSource Form = Source("slack");

    public static TheoryData<string, int> DeepBodies()
    {
        var data = new TheoryData<string, int>();
        foreach (var open in new[] { "[", """{"a":""" })
        {
            foreach (var depth in new[] { 64, 65, 100_000 })
            {
                data.Add(open, depth);
            }
        }

        return data;
    }

    [Theory]
    [Trait("Attack", "A65")]
    [MemberData(nameof(DeepBodies))]
    public void Parse_NestedBody_NeedsNoMoreThanASmallStack(string open, int depth)
    {
        var body = Nested(open, depth);
        TryParse(Json, body);
        var isParsed = false;

        // A reader that went down with the brackets would end the process here.
        var thread = new Thread(() => isParsed = TryParse(Json, body), maxStackSize: 128 * 1024);
        thread.Start();
        thread.Join();

        Assert.Equal(depth <= 64, isParsed);
    }

    [Fact]
    [Trait("Attack", "A65")]
    public void Parse_DepthOf100000_IsRefusedQuicklyAndCostsNoMoreThanItsLength()
    {
        var body = Nested("[", 100_000);
        TryParse(Json, body);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(TryParse(Json, body));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 * body.Length);
        Assert.InRange(Fastest(Json, body), TimeSpan.Zero, Generous);
    }

    [Fact]
    [Trait("Attack", "A66")]
    public void Parse_AsManyNamesAsABodyCanHold_AreRefusedQuickly()
    {
        var body = Names(Enumerable.Range(0, 200_000).Select(static i => i.ToString("x", CultureInfo.InvariantCulture)));

        Assert.False(TryParse(Json, body));
        Assert.InRange(Fastest(Json, body), TimeSpan.Zero, Generous);
    }

    public static TheoryData<string> Choices() => ["counted", "same beginning and end", "colliding by 31", "colliding by 33", "colliding by the runtime's fixed hash"];

    [Theory]
    [Trait("Attack", "A66")]
    [MemberData(nameof(Choices))]
    public void Parse_SixteenTimesAsManyNames_TakesFarFromTheSquareOfThatAsLong(string choice)
    {
        // What grows with the length takes some sixteen times as long, what grows with its square 256 times: the bound is four times away from
        // either, which is more than a busy machine makes of it.
        const double MostTimes = 64;
        var (few, many) = (Names(Chosen(choice, 1024)), Names(Chosen(choice, 16 * 1024)));
        var ratio = double.MaxValue;
        for (var round = 0; round < 5 && ratio > MostTimes; round++)
        {
            ratio = Math.Min(ratio, Fastest(Json, many) / Fastest(Json, few));
        }

        Assert.InRange(ratio, 0, MostTimes);
    }

    [Theory]
    [Trait("Attack", "A66")]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    [InlineData(100_000, false)]
    public void Parse_Form_HasAtMost1024Fields(int fields, bool isParsed)
    {
        var body = Fields(Chosen("counted", fields));

        Assert.Equal(isParsed, TryParse(Form, body));
        Assert.InRange(Fastest(Form, body), TimeSpan.Zero, Generous);
    }

    [Fact]
    public void ChosenNames_Colliding_DoCollide()
    {
        Assert.All(Choices().Select(static row => row.Data), static choice => Assert.Equal(4096, Chosen(choice, 4096).Distinct(StringComparer.Ordinal).Count()));
        Assert.Single(Chosen("colliding by 31", 4096).Select(static name => name.Aggregate(0u, static (hash, c) => (hash * 31) + c)).Distinct());
        Assert.Single(Chosen("colliding by 33", 4096).Select(static name => name.Aggregate(5381u, static (hash, c) => (hash * 33) + c)).Distinct());
        Assert.Single(Chosen("colliding by the runtime's fixed hash", 4096).Select(FixedHash).Distinct());
    }

    /// <summary>The best of several: what disturbs a measurement makes it longer, never shorter.</summary>
    private static TimeSpan Fastest(WebhookSource source, byte[] body)
    {
        var fastest = TimeSpan.MaxValue;
        for (var i = 0; i < 4; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            TryParse(source, body);
            var elapsed = TimeProvider.System.GetElapsedTime(started);
            fastest = elapsed < fastest ? elapsed : fastest;
        }

        return fastest;
    }

    private static bool TryParse(WebhookSource source, byte[] body)
    {
        var format = ReferenceEquals(source, Form) ? BodyFormat.Form : BodyFormat.Json;
        var isParsed = RequestContent.TryParse(source.Plan.Definition, body, format, contentType: null, out var content, out _);
        content?.Dispose();
        return isParsed;
    }

    private static byte[] Nested(string open, int depth) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth)) + (open == "[" ? "" : "1") + new string(open == "[" ? ']' : '}', depth));

    private static byte[] Names(IEnumerable<string> names) => Encoding.UTF8.GetBytes("{" + string.Join(',', names.Select(static name => $"\"{name}\":0")) + "}");

    private static byte[] Fields(IEnumerable<string> names) => Encoding.UTF8.GetBytes(string.Join('&', names.Select(static name => name + "=0")));

    private static IEnumerable<string> Chosen(string choice, int count) => choice switch
    {
        "counted" => Enumerable.Range(0, count).Select(static i => i.ToString("x", CultureInfo.InvariantCulture)),
        "same beginning and end" => Enumerable.Range(0, count).Select(static i => $"the-same-beginning-{i:x8}-the-same-end"),
        "colliding by 31" => Words("Aa", "BB", count),
        "colliding by 33" => Words("bm", "cL", count),
        _ => FixedHashCollisions(count),
    };

    /// <summary>Words of two syllables that a polynomial hash cannot tell apart, fifteen of them in each.</summary>
    private static IEnumerable<string> Words(string zero, string one, int count) =>
        Enumerable.Range(0, count).Select(i => string.Concat(Enumerable.Range(0, 15).Select(bit => (i >> bit & 1) == 0 ? zero : one)));

    /// <summary>
    /// Names of eight characters for the hash that the runtime takes for texts until it meets too many collisions: of two halves that it keeps, one
    /// is left alone, and in the other the second pair of characters undoes what the first has done.
    /// </summary>
    private static IEnumerable<string> FixedHashCollisions(int count)
    {
        const uint Target = 0x5b57_6d77;
        var found = 0;
        for (var first = 0x4e00; found < count; first++)
        {
            for (var second = 0x4e00; second < 0x9fff && found < count; second++)
            {
                var undo = Target ^ Stir(Stir(HashSeed) ^ (uint)(first | second << 16));
                var (third, fourth) = ((char)undo, (char)(undo >> 16));
                if (third is >= '\u4e00' and < '\u9fff' && fourth is >= '\u4e00' and < '\u9fff')
                {
                    found++;
                    yield return $"{(char)first}{(char)second}ab{third}{fourth}cd";
                }
            }
        }
    }

    private const uint HashSeed = (5381u << 16) + 5381u;

    private static uint Stir(uint hash) => BitOperations.RotateLeft(hash, 5) + hash;

    private static uint FixedHash(string name)
    {
        var (left, right) = (HashSeed, HashSeed);
        for (var i = 0; i < name.Length; i += 4)
        {
            left = Stir(left) ^ (name[i] | (uint)name[i + 1] << 16);
            right = Stir(right) ^ (name[i + 2] | (uint)name[i + 3] << 16);
        }

        return left + (right * 1566083941);
    }

    private static WebhookSource Source(string sender)
    {
        var options = new WebhookSourceOptions { Sender = sender };
        options.Secrets.Add(new WebhookSecretOptions { Value = sender == "slack" ? "5d1f0b3c9a7e42868f6b1d2c3e4f5a6b" : "whsec_3vXk0pW8cJr5yQmZ1dB7sH2fN6tL9aGuE4iOxRqVbMY=" });
        return SourceCompiler.Compile([KeyValuePair.Create(sender, options)], null, ".", [])[sender];
    }
}
