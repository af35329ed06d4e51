using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>What a stranger can do to a signature header. The base is a Standard Webhooks delivery unless a test says otherwise.</summary>
public sealed class SignatureAttackTests
{
    private const string Header = "webhook-signature";

    private readonly Delivery _delivery = Delivery.Of("standard-webhooks");

    [Fact]
    public void SignedDelivery_Untouched_IsVerified()
    {
        SignatureVerdict verdict = _delivery.Verify();

        Assert.Equal(new SignatureVerdict(SignatureOutcome.Verified, 0, 0, Delivery.SignedAt), verdict);
    }

    [Fact]
    public void DefaultVerdict_IsNotVerified() => Assert.False(default(SignatureVerdict).IsVerified);

    [Fact]
    public void SignatureHeader_Absent_IsMissing()
    {
        SignatureVerdict verdict = _delivery.Without(Header).Verify();

        Assert.Equal(new SignatureVerdict(SignatureOutcome.SignatureMissing, -1, -1, null), verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("v1")]
    [InlineData("v1,")]
    [InlineData("v1, ")]
    [InlineData("v1,AAAA")]
    [InlineData(",")]
    [InlineData("no-secret-provided")]
    public void SignatureHeader_WithoutAWellFormedSignature_IsMalformed(string value) =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, value).Outcome());

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(16)]
    [InlineData(40)]
    [InlineData(43)]
    public void Signature_CutShort_IsMalformed(int characters) =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, _delivery[Header][..(3 + characters)]).Outcome());

    [Theory]
    [InlineData("{0}A")]
    [InlineData("{0}AAAA")]
    [InlineData("{0}=")]
    [InlineData("{0},")]
    [InlineData("{0};x")]
    [InlineData(" {0}")]
    [InlineData("{0} ")]
    [InlineData("\t{0}")]
    [InlineData("{0}\t")]
    [InlineData("{0}\n")]
    public void Signature_WithSomethingAround_IsMalformed(string format) =>
        Assert.Equal(
            SignatureOutcome.SignatureMalformed,
            _delivery.With(Header, string.Format(null, format, _delivery[Header])).Outcome());

    [Theory]
    [InlineData(" ")]
    [InlineData("\t")]
    [InlineData("\r")]
    public void Signature_WithABlankInside_IsMalformed(string blank) =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, _delivery[Header].Insert(10, blank)).Outcome());

    public static TheoryData<string> Senders() => [.. SenderCatalog.Ids];

    [Theory]
    [Trait("Attack", "A06")]
    [MemberData(nameof(Senders))]
    public void SignatureHeader_WithABlankAnywhere_IsRefusedForEverySender(string sender)
    {
        Delivery delivery = Delivery.Of(sender);
        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
        SchemeDefinition scheme = delivery.Scheme().Definition;
        SignatureLocation location = scheme.Signature;
        string value = delivery.SignatureText();
        char separator = location.Separator ?? ',';
        bool isList = location.Format is SignatureFormat.Pairs or SignatureFormat.Positional or SignatureFormat.List;

        foreach (char blank in " \t\u00a0\u2003\v")
        {
            for (int at = 0; at <= value.Length; at++)
            {
                // Only a list may have spaces, and only beside the mark between two items; and structured fields around their members.
                bool isBetween = (isList && blank == ' ' && at > 0 && at < value.Length && (value[at - 1] == separator || value[at] == separator))
                    || (scheme.Proof == ProofKind.MessageSignature && blank is (' ' or '\t') && (at == 0 || at == value.Length));

                SignatureOutcome outcome = delivery.WithSignatureText(value.Insert(at, blank.ToString())).Outcome();

                Assert.Equal((at, (int)blank, isBetween), (at, (int)blank, outcome == SignatureOutcome.Verified));
            }
        }
    }

    [Fact]
    public void Signature_WithABlankInPlaceOfADigit_IsMalformed()
    {
        string signature = _delivery[Header];

        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, $"{signature[..10]}\t{signature[11..]}").Outcome());
    }

    [Fact]
    public void Base64_WithSpareBitsSet_IsMalformed()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        string signature = _delivery[Header];
        int last = Alphabet.IndexOf(signature[^2], StringComparison.Ordinal);

        // 32 bytes leave two spare bits in the last character: three other characters decode to the same bytes.
        for (int bits = 1; bits <= 3; bits++)
        {
            string twin = signature[..^2] + Alphabet[last | bits] + "=";
            Assert.Equal(Convert.FromBase64String(signature[3..]), Convert.FromBase64String(twin[3..]));
            Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, twin).Outcome());
        }
    }

    [Fact]
    public void Base64_WithoutPadding_IsMalformed() =>
        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, _delivery[Header].TrimEnd('=')).Outcome());

    [Fact]
    public void Base64_InTheUrlAlphabet_IsMalformed()
    {
        Delivery delivery = Delivery.Of("standard-webhooks", """{"n":3}""");
        for (int n = 0; !delivery[Header].Contains('+', StringComparison.Ordinal) || !delivery[Header].Contains('/', StringComparison.Ordinal); n++)
        {
            delivery = Delivery.Of("standard-webhooks", $$"""{"n":{{n}}}""");
        }

        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
        Assert.Equal(SignatureOutcome.SignatureMalformed, delivery.With(Header, delivery[Header].Replace('+', '-').Replace('/', '_')).Outcome());
    }

    [Theory]
    [InlineData("v2,{0}")]
    [InlineData("V1,{0}")]
    [InlineData(" v1,{0}")]
    [InlineData("v1 ,{0}")]
    [InlineData("v1a,{0}")]
    [InlineData("v1=,{0}")]
    [InlineData("{0}")]
    [InlineData("v1={0}")]
    [InlineData("v1,v1,{0}")]
    public void Signature_UnderAnotherVersion_IsMalformed(string format) =>
        Assert.Equal(
            SignatureOutcome.SignatureMalformed,
            _delivery.With(Header, string.Format(null, format, _delivery[Header][3..])).Outcome());

    public static TheoryData<int, int> Positions()
    {
        var data = new TheoryData<int, int>();
        for (int count = 1; count <= SenderPlan.MaxSignatures; count++)
        {
            for (int position = 0; position < count; position++)
            {
                data.Add(count, position);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Positions))]
    public void List_WithTheRightSignatureAnywhere_IsVerified(int count, int position)
    {
        string wrong = $"v1,{Convert.ToBase64String(new byte[32])}";
        IEnumerable<string> items = Enumerable.Range(0, count).Select(i => i == position ? _delivery[Header] : wrong);

        Assert.Equal(SignatureOutcome.Verified, _delivery.With(Header, string.Join(' ', items)).Outcome());
    }

    [Theory]
    [InlineData("v1,AAAA {0}")]
    [InlineData("{0} v1,")]
    [InlineData("v1a,AAAA v2 nonsense {0}")]
    [InlineData("{0}  v1a,AAAA")]
    [InlineData(", {0}")]
    public void List_WithAMalformedItemBesideTheRightOne_IsVerified(string format) =>
        Assert.Equal(SignatureOutcome.Verified, _delivery.With(Header, string.Format(null, format, _delivery[Header])).Outcome());

    [Fact]
    public void List_OfNineSignatures_IsMalformed()
    {
        string value = string.Join(' ', Enumerable.Repeat(_delivery[Header], 9));

        Assert.True(value.Length <= SenderPlan.MaxSignatureLength);
        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, value).Outcome());
    }

    [Fact]
    [Trait("Attack", "A11")]
    public void List_OfEightSignatures_CostsNoMoreThanOne()
    {
        // Of a body this long the MAC is all that counts. One for each signature would take eight times as long, however often it is tried.
        Delivery one = Delivery.Of("standard-webhooks", new string('x', 1024 * 1024));
        Delivery eight = one.With(Header, string.Join(' ', Enumerable.Repeat($"v1,{Convert.ToBase64String(new byte[32])}", 7).Append(one[Header])));
        Assert.Equal(SignatureOutcome.Verified, eight.Outcome());

        double ratio = double.MaxValue;
        for (int round = 0; round < 10 && ratio > 3; round++)
        {
            ratio = Math.Min(ratio, Fastest(eight) / Fastest(one));
        }

        Assert.InRange(ratio, 0, 3);

        static TimeSpan Fastest(Delivery delivery) => Enumerable.Range(0, 5).Min(_ =>
        {
            long started = TimeProvider.System.GetTimestamp();
            delivery.Verify();
            return TimeProvider.System.GetElapsedTime(started);
        });
    }

    [Fact]
    public void List_OfNineClaims_IsMalformedThoughOneIsRight()
    {
        string value = string.Join(' ', Enumerable.Repeat("v1,x", 8).Prepend(_delivery[Header]));

        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, value).Outcome());
    }

    [Fact]
    public void List_OfFortyOtherItems_IsMalformed()
    {
        string value = string.Join(' ', Enumerable.Repeat("v2,x", 40).Prepend(_delivery[Header]));

        Assert.Equal(SignatureOutcome.SignatureMalformed, _delivery.With(Header, value).Outcome());
    }

    [Theory]
    [InlineData(1024, SignatureOutcome.Verified)]
    [InlineData(1025, SignatureOutcome.SignatureMalformed)]
    public void SignatureHeader_AtItsLongest_IsReadAndNoLonger(int length, SignatureOutcome expected)
    {
        string signature = _delivery[Header];
        string value = $"{signature} v2,{new string('x', length - signature.Length - 4)}";

        Assert.Equal(length, value.Length);
        Assert.Equal(expected, _delivery.With(Header, value).Outcome());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SignatureHeader_Twice_IsDuplicated(bool validFirst)
    {
        string wrong = $"v1,{Convert.ToBase64String(new byte[32])}";
        Delivery delivery = validFirst
            ? _delivery.Adding(Header, wrong)
            : _delivery.With(Header, wrong).Adding(Header, _delivery[Header]);

        Assert.Equal(SignatureOutcome.HeaderDuplicated, delivery.Outcome());
    }

    [Theory]
    [InlineData("webhook-id")]
    [InlineData("webhook-timestamp")]
    public void SignedHeader_Twice_IsDuplicated(string name) =>
        Assert.Equal(SignatureOutcome.HeaderDuplicated, _delivery.Adding(name.ToUpperInvariant(), _delivery[name]).Outcome());

    [Theory]
    [InlineData("webhook-id")]
    [InlineData("webhook-timestamp")]
    public void SignedHeader_Absent_IsMissing(string name) =>
        Assert.Equal(SignatureOutcome.ContentMissing, _delivery.Without(name).Outcome());

    [Theory]
    [InlineData("webhook_signature")]
    [InlineData("signature")]
    [InlineData("X-webhook-signature")]
    public void Signature_UnderAnotherName_IsMissing(string name) =>
        Assert.Equal(SignatureOutcome.SignatureMissing, _delivery.Without(Header).Adding(name, _delivery[Header]).Outcome());

    [Theory]
    [InlineData("""{"a": 1,"b":"/"}""")]
    [InlineData("""{"b":"/","a":1}""")]
    [InlineData("""{"a":1,"b":"\/"}""")]
    [InlineData("{\"a\":1,\"b\":\"/\"}\r\n")]
    [InlineData("\uFEFF{\"a\":1,\"b\":\"/\"}")]
    [InlineData("")]
    public void Body_WrittenAgain_IsAMismatch(string body)
    {
        Delivery delivery = Delivery.Of("standard-webhooks", """{"a":1,"b":"/"}""");

        Assert.Equal(SignatureOutcome.SignatureMismatch, (delivery with { Body = Encoding.UTF8.GetBytes(body) }).Outcome());
    }

    [Fact]
    public void Key_OfAnotherSource_IsAMismatch()
    {
        SignatureVerdict verdict = _delivery.Verify(Rows.Key(_delivery.Plan.Definition, Delivery.OtherSecret));

        Assert.Equal(SignatureOutcome.SignatureMismatch, verdict.Outcome);
        Assert.Equal(-1, verdict.KeyIndex);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Keys_WithTheRightOneAnywhere_NameIt(int position)
    {
        SenderKey other = Rows.Key(_delivery.Plan.Definition, Delivery.OtherSecret);
        SenderKey[] keys = [other, other, other];
        keys[position] = _delivery.Key;

        SignatureVerdict verdict = _delivery.Verify(keys);

        Assert.Equal((SignatureOutcome.Verified, position), (verdict.Outcome, verdict.KeyIndex));
    }

    [Fact]
    public void Keys_TwiceTheSame_NameTheFirst() => Assert.Equal(0, _delivery.Verify(_delivery.Key, _delivery.Key).KeyIndex);

    [Fact]
    public void Keys_None_IsNoKey() => Assert.Equal(SignatureOutcome.NoKey, _delivery.Verify([]).Outcome);

    [Theory]
    [InlineData("a.1")]
    [InlineData("")]
    [InlineData("msg 1")]
    [InlineData("msg_1 ")]
    [InlineData("msg/1")]
    [InlineData("m\u00e9")]
    [InlineData("m\u0130")]
    [InlineData("{0}")]
    public void SignedId_OutsideItsGrammar_IsMalformedThoughTheSignatureIsRight(string id)
    {
        string value = string.Format(null, id, new string('a', 129));

        Assert.Equal(SignatureOutcome.IdMalformed, _delivery.SignedOver(value, "1700000000").Outcome());
    }

    [Fact]
    public void SignedId_WithTheTimeMovedIntoIt_IsMalformed()
    {
        // "msg_1" + "." + "1700000000" + "." + body are the same bytes when the boundary moves.
        Delivery original = _delivery.SignedOver("msg_1", "1700000000.1700000000");

        Assert.Equal(SignatureOutcome.IdMalformed, original.With("webhook-id", "msg_1.1700000000").With("webhook-timestamp", "1700000000").Outcome());
    }

    [Theory]
    [InlineData("a")]
    [InlineData("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W")]
    [InlineData("-_-")]
    [InlineData("{0}")]
    public void SignedId_WithinItsGrammar_IsVerified(string id)
    {
        string value = string.Format(null, id, new string('a', 128));

        Assert.Equal(SignatureOutcome.Verified, _delivery.SignedOver(value, "1700000000").Outcome());
    }

    [Theory]
    [InlineData("msg_2")]
    [InlineData("MSG_1")]
    [InlineData("msg_1_")]
    public void SignedId_Changed_IsAMismatch(string id) =>
        Assert.Equal(SignatureOutcome.SignatureMismatch, _delivery.With("webhook-id", id).Outcome());

    [Fact]
    public void Header_ThatOffersAKey_ChangesNothing()
    {
        Delivery forged = _delivery with { Key = Rows.Key(_delivery.Plan.Definition, Delivery.OtherSecret) };

        Assert.Equal(
            SignatureOutcome.SignatureMismatch,
            forged.Adding("X-Secret", Delivery.Secret).Adding("webhook-secret", Delivery.Secret).Outcome());
    }
}
