using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders.Tests.Reading;

/// <summary>What strangers write is parsed before anything is verified: it never throws, and never reads more than there is.</summary>
public sealed class ParserFuzzTests
{
    private const int Mutations = 20_000;

    [Fact]
    public void StructuredFields_Mutated_NeverThrow() => Fuzz(
        1,
        [
            "sig1=(\"@method\" \"@target-uri\" \"content-digest\";key=\"a)b\");created=1618884473;keyid=\"a \\\"quoted\\\" \\\\ one\";alg=\"hmac-sha256\", sig2=();expires=1",
            "sig1=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:, sig2=:AAAA:",
            "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:,md5=:AAAA:",
        ],
        text =>
        {
            StructuredFields.SplitMembers(text);
            StructuredFields.ParseInnerList(text);
            StructuredFields.ParseBytes(text);
            MessageSignature.TryParse(text);
            ContentDigest.Holds(text, "x"u8);
        });

    [Fact]
    public void MessageSignatures_Mutated_NeverThrowAndAreNeverVerified()
    {
        Delivery delivery = Delivery.Of("http-message-signatures-hmac");
        Fuzz(2, [delivery["Signature-Input"]], text => Assert.True(Trimmed(text) == delivery["Signature-Input"] || !delivery.With("Signature-Input", text).Verify().IsVerified));
        Fuzz(3, [delivery["Signature"]], text => Assert.True(Trimmed(text) == delivery["Signature"] || !delivery.With("Signature", text).Verify().IsVerified));
    }

    [Theory]
    [InlineData("vonage", "Authorization")]
    [InlineData("monday", "Authorization")]
    [InlineData("basic", "Authorization")]
    [InlineData("stripe", "Stripe-Signature")]
    [InlineData("recurly", "recurly-signature")]
    [InlineData("standard-webhooks", "webhook-signature")]
    [InlineData("sendgrid-events", "X-Twilio-Email-Event-Webhook-Signature")]
    [InlineData("wise", "X-Signature-SHA256")]
    [InlineData("contentful", "x-contentful-signed-headers")]
    public void Signatures_Mutated_NeverThrow(string sender, string header)
    {
        Delivery delivery = Delivery.Of(sender);
        Fuzz(4, [delivery[header]], text => delivery.With(header, text).Verify(), Mutations / 10);
    }

    [Fact]
    public void Token_OfJwtMutated_NeverThrows() => Fuzz(5, ["eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3MDAwMDAwMDB9.AAAA", "e30.e30."], text => Jwt.TryParse(text));

    [Fact]
    public void Form_Mutated_NeverThrows() => Fuzz(
        6,
        ["a=1&b=%20+x&%e2%82%ac=%00&=x&x=&y&&z=%zz&%", "payload=%7B%22a%22%3A1%7D"],
        text =>
        {
            List<KeyValuePair<string, string>>? pairs = FormText.Parse(Encoding.UTF8.GetBytes(text), out string? problem);
            Assert.Equal(pairs is null, problem is not null);
            Assert.True(pairs is null || pairs.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key + pair.Value)) <= Encoding.UTF8.GetByteCount(text));
        });

    [Theory]
    [InlineData("a=%41", "A")]
    [InlineData("a=%4", "%4")]
    [InlineData("a=%", "%")]
    [InlineData("a=%%41", "%A")]
    [InlineData("a=%zz", "%zz")]
    [InlineData("a=%e2%82%ac", "\u20ac")]
    [InlineData("a=%00", "\0")]
    [InlineData("a=+%2B", " +")]
    [InlineData("a==", "=")]
    [InlineData("a", "")]
    public void Form_OfEachEscape_IsDecodedOnce(string form, string expected) =>
        Assert.Equal(expected, FormText.Single(FormText.Parse(Encoding.UTF8.GetBytes(form), out _)!, "a"));

    [Theory]
    [InlineData("a=%ff")]
    [InlineData("a=%e2%82")]
    [InlineData("%c0%80=1")]
    [InlineData("a=%ed%a0%80")]
    public void Form_ThatIsNoUtf8_IsNone(string form)
    {
        Assert.Null(FormText.Parse(Encoding.UTF8.GetBytes(form), out string? problem));
        Assert.NotNull(problem);
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void Form_OfManyFields_HasAnEnd(int fields, bool expected) =>
        Assert.Equal(expected, FormText.Parse(Encoding.UTF8.GetBytes(string.Join('&', Enumerable.Repeat("a", fields))), out _) is not null);

    [Fact]
    public void Multipart_Mutated_NeverThrows()
    {
        const string Type = "multipart/form-data; boundary=xyz";
        const string Text = "--xyz\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{\"a\":1}\r\n--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nx\r\n--xyz--\r\n";
        Fuzz(7, [Text], text => MultipartText.Parse(Encoding.UTF8.GetBytes(text), Type, out _));
        Fuzz(8, [Type, "multipart/form-data; boundary=\"x y z\"; a=b"], type => MultipartText.Parse(Encoding.UTF8.GetBytes(Text), type, out _));
    }

    [Theory]
    [InlineData("--xyz--")]
    [InlineData("--xyz")]
    [InlineData("--xyz\r\n")]
    [InlineData("--xyz\r\n--xyz--")]
    [InlineData("--xyz\r\n\r\n\r\n--xyz--")]
    [InlineData("\r\n--xyz--")]
    [InlineData("")]
    public void Multipart_OfNearlyNothing_HasNoFields(string text) =>
        Assert.Empty(MultipartText.Parse(Encoding.UTF8.GetBytes(text), "multipart/form-data; boundary=xyz", out _) ?? []);

    [Fact]
    public void JsonPath_IntoMutatedDocuments_NeverThrows()
    {
        string[][] pointers = [["a"], ["a", "*"], ["*", "*", "b"], ["*"], [], ["0"], ["a", "99999999999999999999"], ["a", "-1"], ["a", "01"]];
        Fuzz(
            9,
            ["""{"a":[{"b":"\ud800"},1,true,null,"x",{"b":[[]]}],"\u0061b":1.5e3,"c":{"a":{}}}"""],
            text =>
            {
                if (!RequestContent.TryParse(Rows.Get("github"), Encoding.UTF8.GetBytes(text), BodyFormat.Json, null, out RequestContent? content, out _))
                {
                    return;
                }

                foreach (string[] pointer in pointers)
                {
                    content!.TryFind(pointer, out JsonElement found);
                    JsonPath.Text(found, numbers: true);
                    foreach (JsonElement element in JsonPath.All(content.Document!.Value, pointer, missing: true))
                    {
                        JsonPath.Text(element, numbers: true);
                    }
                }

                content!.Dispose();
            });
    }

    [Fact]
    public void JsonText_WithHalfASurrogatePair_IsAbsentForVerificationAndNoTextForATemplate()
    {
        SenderDefinition row = Rows.Get("github");
        byte[] body = """{"type":"\ud800"}"""u8.ToArray();
        using RequestContent? content = TestRequest.Parse(row, body, "application/json");
        var request = new TestRequest(body, [], content: content);

        Assert.NotNull(content);
        Assert.Equal(0, RequestText.Read(Template.Parse("{json:/type}").Parts[0], in request, numbers: true, out _));

        // It is there: another template must not stand in for it.
        Assert.Throws<InvalidOperationException>(() => Read("{json:/type}"));
        Assert.Throws<InvalidOperationException>(() => Read("x{json:/type}"));

        string? Read(string template)
        {
            var again = new TestRequest(body, [], content: content);
            return TemplateReader.Read(Template.Parse(template), in again, default);
        }
    }

    private static string Trimmed(string text) => text.Trim(' ', '\t');

    /// <summary>Changes of one to four characters: taken away, doubled, replaced, moved.</summary>
    private static void Fuzz(int seed, string[] texts, Action<string> parse, int count = Mutations)
    {
        const string Marks = "\"\\;=,():.*-_ \t\r\n&%+AZaz09/{}[]\0\u00e9\ud83d\u2003";
        var random = new Random(seed);
        for (int i = 0; i < count; i++)
        {
            var text = new StringBuilder(texts[i % texts.Length]);
            for (int change = random.Next(1, 5); change > 0 && text.Length > 0; change--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(5))
                {
                    case 0:
                        text.Remove(at, random.Next(1, Math.Min(8, text.Length - at) + 1));
                        break;
                    case 1:
                        text.Insert(at, Marks[random.Next(Marks.Length)]);
                        break;
                    case 2:
                        text[at] = Marks[random.Next(Marks.Length)];
                        break;
                    case 3:
                        text.Insert(at, text.ToString(at, Math.Min(random.Next(1, 40), text.Length - at)));
                        break;
                    default:
                        text.Length = at;
                        break;
                }
            }

            string mutated = text.ToString();
            Exception? thrown = Record.Exception(() => parse(mutated));
            Assert.True(thrown is null, $"{mutated}: {thrown}");
        }
    }
}
