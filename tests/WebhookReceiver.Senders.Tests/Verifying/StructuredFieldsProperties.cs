using CsCheck;

namespace WebhookReceiver.Senders.Tests.Verifying;

public sealed class StructuredFieldsProperties
{
    private const string Example = "sig1=(\"@method\" \"content-digest\";key=\"a)b\");created=1618884473;keyid=\"a \\\"quoted\\\" \\\\ one\", sig2=:AAAA:";

    private static readonly Gen<string> Printable = Gen.Char[' ', '~'].Array[0, 12].Select(static text => new string(text));
    private static readonly Gen<string> Keys = Gen.Char["abcxyz019_-.*"].Array[1, 8].Select(static key => new string(key));

    [Fact]
    public void InnerList_Written_ReadsBackTheSame() =>
        Gen.Select(Printable.Array[0, 8], Gen.Dictionary(Keys, Printable)[0, 5]).Holds(static (items, parameters) =>
        {
            string text = $"({string.Join("  ", items.Select(Quoted))}){string.Concat(parameters.Select(static parameter => $"; {parameter.Key}={Quoted(parameter.Value)}"))}";
            (IReadOnlyList<string>? Items, IReadOnlyDictionary<string, string> Parameters)? read = StructuredFields.ParseInnerList(text);

            Assert.NotNull(read);
            Assert.Equal(items, read.Value.Items);
            Assert.Equal(parameters, read.Value.Parameters);
        });

    [Fact]
    public void Dictionary_Written_ReadsBackTheSame() =>
        Gen.Dictionary(Keys, Printable)[1, 8].Holds(static members =>
            Assert.Equal(
                members.Select(static member => KeyValuePair.Create(member.Key, Quoted(member.Value))),
                StructuredFields.SplitMembers(string.Join(" , ", members.Select(static member => $"{member.Key}={Quoted(member.Value)}")))));

    [Fact]
    public void Dictionary_Changed_HasMembersThatStandInItOrNone() =>
        PropertyRuns.Changed(Example).Holds(static text =>
        {
            foreach ((string key, string value) in StructuredFields.SplitMembers(text) ?? [])
            {
                Assert.Contains(key + "=", text, StringComparison.Ordinal);
                Assert.Contains(value, text, StringComparison.Ordinal);
            }
        });

    [Fact]
    public void Bytes_Changed_HaveNoOtherText() =>
        Gen.Byte.Array[1, 40].SelectMany(static bytes => PropertyRuns.Changed($":{Convert.ToBase64String(bytes)}:")).Holds(static text =>
            Assert.True(StructuredFields.ParseBytes(text) is not { } bytes || $":{Convert.ToBase64String(bytes)}:" == text));

    [Theory]
    [InlineData("(\"a\";", "\\\"")]
    [InlineData("(\"a\";", "\"")]
    [InlineData("(\"a\";", ";")]
    [InlineData("(", "\"a\" ")]
    [InlineData("()", ";a=\"")]
    [InlineData("", "(")]
    public void InnerList_OfTwiceTheLength_CostsNoMoreThanTwice(string begin, string repeated)
    {
        StructuredFields.ParseInnerList(begin);
        long once = Cost(begin + string.Concat(Enumerable.Repeat(repeated, 1_000)));
        long twice = Cost(begin + string.Concat(Enumerable.Repeat(repeated, 2_000)));

        Assert.InRange(twice, 0, (2 * once) + 4_096);
    }

    /// <summary>What is read is gathered, and so the memory that it takes counts how much is read.</summary>
    private static long Cost(string text)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        StructuredFields.ParseInnerList(text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
