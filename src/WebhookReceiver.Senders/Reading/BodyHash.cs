using System.Globalization;
using System.IO.Hashing;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>The hashes of the body that a content may hold, by their names in <c>{bodyHash:…}</c>.</summary>
internal static class BodyHash
{
    private const string Crc = "crc32";
    private const string AsHex = "-hex";
    private const string AsBase64 = "-base64";

    public const string Names = "sha256, sha1, sha384, sha512 (each with -hex or -base64 or neither), crc32";

    public static bool IsKnown(string name) => name == Crc || HashOf(name) is not null;

    public static byte[] Compute(string name, ReadOnlySpan<byte> body)
    {
        if (name == Crc)
        {
            return Encoding.ASCII.GetBytes(Crc32.HashToUInt32(body).ToString(CultureInfo.InvariantCulture));
        }

        byte[] hash = Hash(HashOf(name)!.Value, body);
        return name.EndsWith(AsHex, StringComparison.Ordinal) ? Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash))
            : name.EndsWith(AsBase64, StringComparison.Ordinal) ? Encoding.ASCII.GetBytes(Convert.ToBase64String(hash))
            : hash;
    }

    public static byte[] Hash(SignatureHash hash, ReadOnlySpan<byte> text)
    {
        byte[] bytes = new byte[Mac.Size(hash)];
        PlainHash.Compute(hash, text, bytes);
        return bytes;
    }

    private static SignatureHash? HashOf(string name) => name.Split('-') switch
    {
        ["sha256"] or ["sha256", "hex" or "base64"] => SignatureHash.Sha256,
        ["sha1"] or ["sha1", "hex" or "base64"] => SignatureHash.Sha1,
        ["sha384"] or ["sha384", "hex" or "base64"] => SignatureHash.Sha384,
        ["sha512"] or ["sha512", "hex" or "base64"] => SignatureHash.Sha512,
        _ => null,
    };
}
