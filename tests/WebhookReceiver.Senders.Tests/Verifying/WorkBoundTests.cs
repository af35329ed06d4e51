using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>What a stranger's header, query or body can make a receiver compute: at most eight signatures by each key, counted by a key that counts.</summary>
public sealed class WorkBoundTests
{
    private const string Mac = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    public static TheoryData<string, string, string> Headers()
    {
        var data = new TheoryData<string, string, string>();
        foreach (int count in new[] { 1, 8, 9, 32, 1_000, 20_000 })
        {
            data.Add("bare", Repeat(Mac, ",", count), $"{count}");
            data.Add("prefixed", "sha256=" + Repeat(Mac, ",sha256=", count), $"{count}");
            data.Add("pairs", Repeat("v1=" + Mac, ",", count), $"{count}");
            data.Add("pairs", Repeat("t=1", ",", count), $"{count}");
            data.Add("pairs", new string(',', count), $"{count}");
            data.Add("versioned", Repeat("v1," + Mac, " ", count), $"{count}");
            data.Add("positional", Repeat(Mac, ",", count), $"{count}");
            data.Add("list", Repeat(Mac, ",", count), $"{count}");
            data.Add("list", new string(',', count), $"{count}");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public void Header_OfManySignatures_CostsAtMostEightByEachKey(string format, string value, string count)
    {
        Assert.NotEmpty(count);
        int used = Verify(LocationOf(format), [("X-Signature-256", value)]);

        Assert.InRange(used, 0, 2 * SenderPlan.MaxSignatures);
    }

    [Fact]
    public void EightSignatures_AreEachTriedByEachKey() =>
        Assert.Equal(16, Verify(LocationOf("list"), [("X-Signature-256", Repeat(Mac, ",", 8))]));

    [Theory]
    [InlineData(8, 16)]
    [InlineData(9, 0)]
    [InlineData(500, 0)]
    public void Lines_OfARepeatableHeader_AreEightAtMost(int lines, int expected) =>
        Assert.Equal(
            expected,
            Verify(LocationOf("bare") with { Repeatable = true }, [.. Enumerable.Repeat(("X-Signature-256", Mac), lines)]));

    [Fact]
    public void Lines_OfAHeaderThatStandsOnce_AreNotTried() =>
        Assert.Equal(0, Verify(LocationOf("bare"), [.. Enumerable.Repeat(("X-Signature-256", Mac), 2)]));

    [Theory]
    [InlineData(8, 16)]
    [InlineData(9, 0)]
    [InlineData(500, 0)]
    public void NumberedHeaders_AreEightAtMost(int headers, int expected) =>
        Assert.Equal(
            expected,
            Verify(LocationOf("bare") with { Header = "X-S-", Numbered = true }, [.. Enumerable.Range(1, headers).Select(i => ($"X-S-{i}", Mac))]));

    [Fact]
    public void NumberedHeaders_FromTwo_AreMissing() =>
        Assert.Equal(0, Verify(LocationOf("bare") with { Header = "X-S-", Numbered = true }, [("X-S-2", Mac), ("X-S-0", Mac), ("X-S-", Mac)]));

    [Fact]
    public void FurtherHeader_Alone_IsTriedLikeTheFirst() =>
        Assert.Equal(2, Verify(LocationOf("bare") with { AlsoHeaders = ["X-Other"] }, [("X-Other", Mac)]));

    [Fact]
    public void ListsInFurtherHeaders_AreEightAtMostTogether() =>
        Assert.InRange(
            Verify(LocationOf("list") with { AlsoHeaders = ["X-Other"] }, [("X-Signature-256", Repeat(Mac, ",", 8)), ("X-Other", Repeat(Mac, ",", 8))]),
            1,
            16);

    [Fact]
    public void Query_OfAHundredThousandParameters_HasNoSignature() =>
        Assert.Equal(0, Verify(LocationOf("bare") with { Header = null, Query = "s" }, [], query: Repeat("s=" + Mac, "&", 100_000)));

    [Fact]
    public void Document_OfManyWrongTokens_CostsNoMoreThanOne()
    {
        var plan = SenderPlan.Compile(Rows.Get("microsoft-graph"));
        byte[] body = Encoding.UTF8.GetBytes("""{"value":[""" + Repeat("""{"clientState":"x"}""", ",", 9_000) + "]}");
        using RequestContent? content = TestRequest.Parse(plan.Definition, body, "application/json");
        var request = new TestRequest(body, [], content: content);
        SenderKey key = Rows.Key(plan.Definition, Delivery.Secret);

        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.NotNull(content);
        Assert.Equal(SignatureOutcome.SignatureMismatch, plan.Verify(in request, [key], Delivery.SignedAt).Outcome);

        // Each element that is looked at costs its text.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Theory]
    [InlineData(9_000, 0)]
    [InlineData(5_000, 2)]
    public void Jwt_OfManyKibibytes_IsVerifiedOnceByEachKeyOrNotAtAll(int padding, int expected)
    {
        SenderDefinition row = Rows.Get("monday");
        string claims = Base64UrlOf($$"""{"iat":1700000000,"x":"{{new string('x', padding * 3 / 4)}}"}""");

        Assert.Equal(
            expected, Verify(SenderPlan.Compile(row), [("Authorization", $"{Base64UrlOf("""{"alg":"HS256"}""")}.{claims}.{Base64UrlOf(Mac)}")]));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(8, 16)]
    [InlineData(9, 0)]
    [InlineData(2_000, 0)]
    public void SignatureInput_OfManyMembers_IsEightAtMost(int members, int expected)
    {
        var plan = SenderPlan.Compile(Rows.Get("http-message-signatures-hmac"));
        IEnumerable<int> labels = Enumerable.Range(0, members);
        string input = string.Join(',', labels.Select(i => $"s{i}=(\"@method\" \"@target-uri\" \"content-digest\");created=1700000000"));
        string signature = string.Join(',', labels.Select(i => $"s{i}=:{Mac}:"));

        int used = Verify(plan, [("Signature-Input", input), ("Signature", signature), ("Content-Digest", "sha-256=:AAAA:")]);

        Assert.Equal(expected, used);
    }

    private static SignatureLocation LocationOf(string format)
    {
        SignatureLocation location = Rows.Get("hmac-sha256").Schemes[0].Signature with
        {
            Format = Enum.Parse<SignatureFormat>(format, ignoreCase: true),
            Encoding = SignatureEncoding.Base64,
            Prefix = null,
        };
        return format switch
        {
            "prefixed" => location with { Prefix = "sha256=" },
            "pairs" or "versioned" => location with { Parameter = "v1" },
            _ => location,
        };
    }

    private static int Verify(SignatureLocation location, (string, string)[] headers, string query = "")
    {
        SenderDefinition row = Rows.Get("hmac-sha256");
        return Verify(SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Signature = location }] }), headers, query);
    }

    /// <returns>How many signatures were computed or compared, with two keys.</returns>
    private static int Verify(SenderPlan plan, (string, string)[] headers, string query = "")
    {
        var counter = new CountingKey();
        SenderKey key = new([.. plan.Definition.Schemes.Select(_ => new KeyMaterial([1], counter))], "");
        var request = new TestRequest(Encoding.UTF8.GetBytes("{}"), headers, Delivery.PublicUrl, query);

        Assert.False(plan.Verify(in request, [key, key], Delivery.SignedAt).IsVerified);
        return counter.Count;
    }

    private static string Repeat(string text, string separator, int count) => string.Join(separator, Enumerable.Repeat(text, count));

    private static string Base64UrlOf(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private sealed class CountingKey : PublicKey
    {
        public int Count { get; private set; }

        public override bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
        {
            Count++;
            return false;
        }
    }
}
