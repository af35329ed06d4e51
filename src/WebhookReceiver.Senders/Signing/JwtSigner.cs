using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Makes the JSON Web Token that a sender would.</summary>
internal static class JwtSigner
{
    public static string Sign(CompiledScheme scheme, SigningInput input, string[] values, SigningKey key)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach ((string name, string text) in scheme.Definition.Claims)
        {
            claims[name] = Jwt.WrittenClaim(text, key.Bytes, input.Url);
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (scheme.Fields[i].Kind == TemplatePartKind.Claim)
            {
                // RFC 7519 2: a NumericDate is a number.
                claims[scheme.Fields[i].Name] = i == scheme.TimeField ? long.Parse(values[i], CultureInfo.InvariantCulture) : values[i];
            }
        }

        string keyId = scheme.KeySource is null ? "" : $",\"kid\":\"{KeyGenerator.KeyId}\"";
        string header = $$"""{"alg":"{{scheme.Definition.Algorithm}}","typ":"JWT"{{keyId}}}""";
        string signed = Encode(Encoding.UTF8.GetBytes(header)) + "." + Encode(JsonSerializer.SerializeToUtf8Bytes(claims));
        return signed + "." + Encode(key.Sign(SignatureAlgorithm.Of(scheme.Definition), Encoding.ASCII.GetBytes(signed)));
    }

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
