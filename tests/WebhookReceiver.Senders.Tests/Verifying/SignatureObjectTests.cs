using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>A signature that is a member of a JSON object in base64.</summary>
public sealed class SignatureObjectTests
{
    [Theory]
    [InlineData("""{"signature":"abc"}""", "abc")]
    [InlineData("""{"alg":"none","kid":"x","signature":"abc","digest":"MD5"}""", "abc")]
    [InlineData("""{"signature":""}""", "")]
    [InlineData("""{"Signature":"abc"}""", null)]
    [InlineData("""{"signature":"abc","signature":"def"}""", null)]
    [InlineData("""{"signature":7}""", null)]
    [InlineData("""{"signature":"\ud800"}""", null)]
    [InlineData("""{"\ud800":1,"signature":"abc"}""", null)]
    [InlineData("""{"a":[[[[[1]]]]],"signature":"abc"}""", null)]
    [InlineData("""["signature"]""", null)]
    [InlineData("signature", null)]
    [InlineData("", null)]
    public void Text_IsTheMemberOrNothing(string json, string? expected)
    {
        bool isRead = SignatureObject.TryRead(Convert.ToBase64String(Encoding.UTF8.GetBytes(json)), "signature", out string? signature);

        Assert.Equal((expected is not null, expected), (isRead, signature));
    }

    [Theory]
    [InlineData("e30")]
    [InlineData("{}")]
    [InlineData(" e30=")]
    [InlineData("e31=")]
    public void Text_ThatIsNoCanonicalBase64_IsNothing(string text) => Assert.False(SignatureObject.TryRead(text, "signature", out _));
}
