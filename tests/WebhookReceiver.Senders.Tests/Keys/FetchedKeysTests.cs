using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace WebhookReceiver.Senders.Tests.Keys;

/// <summary>A key set is what a stranger's server answers: what cannot be a key is left out, and the keys beside it stay.</summary>
public sealed class FetchedKeysTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly JsonObject Whole = RsaKey();

    [Theory]
    [InlineData("RSA", "n", "")]
    [InlineData("RSA", "e", "")]
    [InlineData("RSA", "e", " ")]
    [InlineData("RSA", "n", "AA")]
    [InlineData("RSA", "e", "AA")]
    [InlineData("RSA", "e", "AAAA")]
    [InlineData("RSA", "n", "AAAAAAAA")]
    [InlineData("RSA", "e", "====")]
    [InlineData("RSA", "e", "A")]
    [InlineData("RSA", "e", "AQAB\u20ac")]
    [InlineData("RSA", "e", null)]
    [InlineData("EC", "x", "")]
    [InlineData("EC", "y", "")]
    [InlineData("EC", "x", "AA")]
    [InlineData("EC", "y", null)]
    [InlineData("EC", "crv", "")]
    [InlineData("EC", "kty", "")]
    public void KeySet_WithAMemberThatIsNoNumber_LeavesOutThatKeyAlone(string kind, string member, string? value)
    {
        JsonObject broken = kind == "RSA" ? (JsonObject)Whole.DeepClone() : EllipticKey();
        (broken["kid"], broken[member]) = ("broken", value);

        Assert.Null(Read(broken));
        FetchedKeys? keys = Read(broken, Whole);

        Assert.NotNull(keys);
        Assert.NotNull(keys.Find("whole", SignatureAlgorithm.Of(Rows.Get("google-pubsub").Schemes[0])));
        Assert.Null(keys.Find("broken", SignatureAlgorithm.Of(Rows.Get("google-pubsub").Schemes[0])));
    }

    private static FetchedKeys? Read(params JsonObject[] keys)
    {
        string document = new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) }.ToJsonString();
        FetchedKeys.TryRead(Rows.Get("google-pubsub").Schemes[0].KeySource!.Document, Encoding.UTF8.GetBytes(document), Now, out FetchedKeys? read);
        return read;
    }

    private static JsonObject RsaKey()
    {
        var document = (JsonObject)JsonNode.Parse(SenderPlan.Compile(Rows.Get("google-pubsub")).GenerateKey().KeyDocument!)!;
        JsonObject key = document["keys"]![0]!.DeepClone().AsObject();
        key["kid"] = "whole";
        return key;
    }

    private static JsonObject EllipticKey()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECPoint point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject { ["kty"] = "EC", ["kid"] = "whole", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
    }
}
