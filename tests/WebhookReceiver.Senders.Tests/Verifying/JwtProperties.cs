using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace WebhookReceiver.Senders.Tests.Verifying;

public sealed class JwtProperties
{
    [Fact]
    public void Token_Written_ReadsBackTheSame() =>
        Gen.Select(Gen.Dictionary(PropertyRuns.Text(), PropertyRuns.Text())[0, 5], Gen.Byte.Array[0, 64]).Holds(static (claims, signature) =>
        {
            string signed = $"{Encoded("{\"alg\":\"HS256\",\"kid\":\"k\"}"u8)}.{Encoded(JsonSerializer.SerializeToUtf8Bytes(claims))}";
            Jwt? token = Jwt.TryParse($"{signed}.{Encoded(signature)}");

            Assert.NotNull(token);
            Assert.Equal(("HS256", "k"), (token.Algorithm, token.KeyId));
            Assert.All(claims, claim => Assert.Equal(claim.Value, token.Claim(claim.Key)));
            Assert.Equal(signed, Encoding.ASCII.GetString(token.SignedText));
            Assert.Equal(signature, token.Signature);
        });

    [Fact]
    public void Token_Changed_IsNoneOrTheOneThatItsTextSays() =>
        PropertyRuns.Changed($"{Encoded("{\"alg\":\"HS256\"}"u8)}.{Encoded("{\"iat\":1700000000}"u8)}.AAAA").Holds(static text =>
        {
            if (Jwt.TryParse(text) is { } token)
            {
                Assert.Equal(text, $"{Encoding.ASCII.GetString(token.SignedText)}.{Encoded(token.Signature)}");
            }
        });

    private static string Encoded(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
