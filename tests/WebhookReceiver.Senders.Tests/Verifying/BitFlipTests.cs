namespace WebhookReceiver.Senders.Tests;

/// <summary>Each bit counts, for every row, whatever its proof is and wherever its signature stands.</summary>
public sealed class BitFlipTests
{
    public static TheoryData<string> Ids() => [.. SenderCatalog.Ids];

    public static TheoryData<string> IdsThatCoverTheBody() =>
        [.. SenderCatalog.Ids.Where(id => SenderPlan.Compile(Rows.Get(id)).Coverage == SignatureCoverage.Body)];

    [Theory]
    [MemberData(nameof(IdsThatCoverTheBody))]
    public void Body_WithAnyByteChanged_IsRefused(string id)
    {
        Delivery delivery = Delivery.Of(id);
        Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
        for (int i = 0; i < delivery.Body.Length; i++)
        {
            byte[] body = [.. delivery.Body];
            body[i] ^= (byte)(1 << (i % 8));
            Delivery changed = delivery with { Body = body };

            Assert.True(SaysTheSame(delivery, changed) || changed.Outcome() != SignatureOutcome.Verified, $"byte {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Signature_WithAnyCharacterChanged_IsRefused(string id)
    {
        Delivery delivery = Delivery.Of(id);
        string text = delivery.SignatureText();
        for (int i = 0; i < text.Length; i++)
        {
            Assert.NotEqual((i, SignatureOutcome.Verified), (i, delivery.WithSignatureText(Changed(text, i)).Outcome()));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void DecodedSignature_WithAnyBitChanged_IsAMismatch(string id)
    {
        Delivery delivery = Delivery.Of(id);
        CompiledScheme scheme = delivery.Scheme();
        if (scheme.Definition.Signature.Encoding is not { } encoding)
        {
            // Tokens, Basic, JWT and message signatures are changed character by character above.
            return;
        }

        SignatureLocation location = scheme.Definition.Signature;
        bool isInObject = location.Format == SignatureFormat.Json;
        string text = delivery.SignatureText();
        text = isInObject && SignatureObject.TryRead(text, location.Parameter!, out string? member) ? member : text;
        int length = scheme.HasFixedSize ? SignatureText.Encode(encoding, new byte[scheme.SignatureSize]).Length : text.Length;
        (string before, string signature) = (text[..^length], text[^length..]);
        byte[] bytes = new byte[scheme.SignatureSize];
        Assert.True(SignatureText.TryDecode(encoding, signature, bytes, out int size));

        // A public key is slow: a bit of each byte is enough.
        for (int bit = 0; bit < size * 8; bit += scheme.HasFixedSize ? 1 : 9)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            string other = before + SignatureText.Encode(encoding, bytes.AsSpan(0, size));
            Delivery changed = delivery.WithSignatureText(isInObject ? SignatureObject.Write(location.Parameter!, other) : other);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.Equal((bit, SignatureOutcome.SignatureMismatch), (bit, changed.Outcome()));
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void SignedValue_WithAnyCharacterChanged_IsRefused(string id)
    {
        Delivery delivery = Delivery.Of(id);
        foreach (TemplatePart field in delivery.Scheme().Fields.Where(field => RequestText.IsField(field.Kind)))
        {
            using RequestContent? content = delivery.Content();
            TestRequest request = delivery.Request(content);
            Assert.Equal(1, RequestText.Read(field, in request, numbers: true, out string? value));
            for (int i = 0; i < value!.Length; i++)
            {
                string other = Changed(value, i);
                Delivery changed = field.Kind switch
                {
                    TemplatePartKind.Header => delivery.With(field.Name, other),
                    TemplatePartKind.Query => delivery.WithQueryText(value, other),
                    _ => delivery.WithBodyText(value, other),
                };

                Assert.NotEqual((field.Name, i, SignatureOutcome.Verified), (field.Name, i, changed.Outcome()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Key_WithAnyByteChanged_IsAMismatch(string id)
    {
        Delivery delivery = Delivery.Of(id);
        if (delivery.Plan.FetchesKeys)
        {
            // What is configured is no key.
            return;
        }

        KeyMaterial key = delivery.Key.For(delivery.Verify().SchemeIndex);
        if (key.PublicKey is not null)
        {
            SenderKey other = Rows.Key(delivery.Plan.Definition, delivery.Plan.GenerateKey().Secret);
            Assert.Equal(SignatureOutcome.SignatureMismatch, delivery.Verify(other).Outcome);
            return;
        }

        // Where the key is fetched, the secret is what a token's claim must say.
        bool isClaim = delivery.Plan.FetchesKeys && delivery.Plan.Definition.Schemes[0].Proof == ProofKind.Jwt;
        SignatureOutcome expected = isClaim ? SignatureOutcome.ClaimMismatch : SignatureOutcome.SignatureMismatch;
        for (int i = 0; i < key.Bytes.Length; i++)
        {
            byte[] changed = [.. key.Bytes];
            changed[i] ^= 1;
            var other = new SenderKey([.. delivery.Plan.Definition.Schemes.Select(_ => new KeyMaterial(changed, null))], "");

            Assert.Equal((i, expected), (i, delivery.Verify(other).Outcome));
        }
    }

    [Fact]
    public void Url_Changed_IsAMismatch() =>
        Assert.Equal(SignatureOutcome.SignatureMismatch, (Delivery.Of("square") with { Url = Delivery.PublicUrl + "/" }).Outcome());

    [Fact]
    public void Url_NotConfigured_IsUnknown() =>
        Assert.Equal(SignatureOutcome.UrlUnknown, (Delivery.Of("square") with { Url = null }).Outcome());

    /// <summary>A form can be written in two ways, such as with hexadecimal digits in the other case.</summary>
    private static bool SaysTheSame(Delivery one, Delivery other)
    {
        using RequestContent? content = one.Content();
        using RequestContent? changed = other.Content();
        return content?.Form is { } form && changed?.Form is { } fields && form.SequenceEqual(fields);
    }

    private static string Changed(string text, int at) => text[..at] + (text[at] == '1' ? '2' : '1') + text[(at + 1)..];
}
