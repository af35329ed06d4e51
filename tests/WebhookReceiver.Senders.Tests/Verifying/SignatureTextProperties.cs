using CsCheck;

namespace WebhookReceiver.Senders.Tests.Verifying;

public sealed class SignatureTextProperties
{
    private static readonly Gen<SignatureEncoding> Encodings = Gen.OneOf(Enum.GetValues<SignatureEncoding>());

    [Fact]
    public void Signature_Written_ReadsBackTheSame() =>
        Gen.Select(Encodings, Gen.Byte.Array[0, SignatureText.MaxBytes]).Holds(static (encoding, bytes) =>
        {
            byte[] read = new byte[SignatureText.MaxBytes];
            Assert.True(SignatureText.TryDecode(encoding, SignatureText.Encode(encoding, bytes), read, out int length));
            Assert.Equal(bytes, read[..length]);
        });

    [Fact]
    public void Signature_OfAnyText_HasNoOtherText() =>
        Gen.Select(Encodings, Gen.Byte.Array[0, 40]).SelectMany(static (encoding, bytes) => PropertyRuns.Changed(SignatureText.Encode(encoding, bytes)).Select(text => (encoding, text)))
            .Holds(static input =>
            {
                byte[] read = new byte[SignatureText.MaxBytes];
                if (SignatureText.TryDecode(input.encoding, input.text, read, out int length))
                {
                    Assert.Equal(input.text, SignatureText.Encode(input.encoding, read.AsSpan(0, length)), ignoreCase: input.encoding == SignatureEncoding.Hex);
                }
            });

    [Fact]
    public void Signature_LongerThanItsRoom_IsNone() =>
        Gen.Select(Encodings, Gen.Byte.Array[1, 64], Gen.Int[1, 64]).Holds(static (encoding, bytes, missing) =>
            Assert.False(SignatureText.TryDecode(encoding, SignatureText.Encode(encoding, bytes), new byte[Math.Max(0, bytes.Length - missing)], out _)));
}
