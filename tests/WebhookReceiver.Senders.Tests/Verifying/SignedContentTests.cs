using System.Security.Cryptography;
using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>What exactly is signed, checked against the bytes that a sender would sign.</summary>
public sealed class SignedContentTests
{
    private static readonly byte[] KeyBytes = Encoding.UTF8.GetBytes(Delivery.Secret);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(995)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(3_000_000)]
    public void Body_OfAnySize_IsSignedWhole(int size)
    {
        Delivery delivery = Delivery.Of("slack") with { Body = RandomNumberGenerator.GetBytes(size) };
        byte[] content = [.. Encoding.ASCII.GetBytes("v0:1700000000:"), .. delivery.Body];

        Delivery signed = delivery.With("X-Slack-Signature", "v0=" + Convert.ToHexStringLower(HMACSHA256.HashData(KeyBytes, content)));

        Assert.Equal(SignatureOutcome.Verified, signed.Outcome());
        Assert.Equal(SignatureOutcome.SignatureMismatch, (signed with { Body = [.. signed.Body, 0] }).Outcome());
    }

    [Fact]
    public void HeaderText_BeyondAscii_IsSignedAsUtf8()
    {
        SenderDefinition row = Rows.Get("hmac-sha256");
        SenderPlan plan = SenderPlan.Compile(row with { Schemes = [row.Schemes[0] with { Content = "{header:X-Shop}\n{body}" }] });
        byte[] body = Encoding.UTF8.GetBytes("{}");
        byte[] mac = HMACSHA256.HashData(KeyBytes, Encoding.UTF8.GetBytes("caf\u00e9\n{}"));
        var request = new TestRequest(body, [("X-Shop", "caf\u00e9"), ("X-Signature-256", "sha256=" + Convert.ToHexStringLower(mac))]);

        Assert.Equal(SignatureOutcome.Verified, plan.Verify(in request, [Rows.Key(row, Delivery.Secret)], Delivery.SignedAt).Outcome);
    }

    [Theory]
    [InlineData(SignatureHash.Sha1)]
    [InlineData(SignatureHash.Sha256)]
    [InlineData(SignatureHash.Sha512)]
    public void Hash_OfEachKind_TakesItsOwnLengthAlone(SignatureHash hash)
    {
        foreach (SignatureEncoding encoding in Enum.GetValues<SignatureEncoding>())
        {
            SenderDefinition shopify = Rows.Get("shopify");
            SchemeDefinition scheme = shopify.Schemes[0];
            SenderDefinition row = shopify with
            {
                Schemes = [scheme with { Hash = hash, Signature = scheme.Signature with { Encoding = encoding } }],
            };
            Delivery delivery = Delivery.Of(SenderPlan.Compile(row));
            string header = scheme.Signature.Header!;

            Assert.Equal(SignatureOutcome.Verified, delivery.Outcome());
            foreach (int size in new[] { 0, 16, 20, 32, 64, 65 }.Where(size => size != Mac.Size(hash)))
            {
                Assert.Equal(
                    SignatureOutcome.SignatureMalformed,
                    delivery.With(header, SignatureText.Encode(encoding, new byte[size])).Outcome());
            }
        }
    }

    [Fact]
    public void EachHeader_IsLookedUpOnce()
    {
        Delivery delivery = Delivery.Of("standard-webhooks");
        var request = new CountingRequest(new TestRequest(delivery.Body, delivery.Headers));

        Assert.True(delivery.Plan.Verify(in request, [delivery.Key], delivery.Now).IsVerified);
        Assert.Equal(3, request.Lookups.Count);
        Assert.All(request.Lookups, lookup => Assert.Equal(1, lookup.Value));
    }

    private sealed class CountingRequest(TestRequest inner) : ISignedRequest
    {
        public Dictionary<string, int> Lookups { get; } = [];

        public string Method => inner.Method;

        public FetchedKeys? FindKeys(KeyReference reference) => inner.FindKeys(reference);

        public string Query => inner.Query;

        public RequestContent? Content => inner.Content;

        public string GetHeaderLine(string name, int line) => inner.GetHeaderLine(name, line);

        public ReadOnlySpan<byte> Body => inner.Body;

        public string? Url => inner.Url;

        public int GetHeader(string name, out string? value)
        {
            Lookups[name] = Lookups.GetValueOrDefault(name) + 1;
            return inner.GetHeader(name, out value);
        }
    }
}
