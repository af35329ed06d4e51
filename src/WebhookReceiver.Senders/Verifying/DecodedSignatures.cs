using System.Runtime.CompilerServices;

namespace WebhookReceiver.Senders;

/// <summary>Signatures as bytes, one after the other in slots of one size.</summary>
/// <param name="buffer">Room for <see cref="SenderPlan.MaxSignatures"/> slots.</param>
/// <param name="size">The size of a signature where all have the same; otherwise of the longest.</param>
/// <param name="isFixed">Whether all have the same size.</param>
internal ref struct DecodedSignatures(Span<byte> buffer, int size, bool isFixed)
{
    private readonly Span<byte> _buffer = buffer;
    private readonly int _size = size;
    private readonly bool _isFixed = isFixed;
    private Lengths _lengths;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    public readonly ReadOnlySpan<byte> this[int index] => _buffer.Slice(index * _size, _lengths[index]);

    /// <summary>Decodes a text and keeps what it says, if it says something.</summary>
    public void TryAdd(SignatureEncoding encoding, ReadOnlySpan<char> text)
    {
        if (SignatureText.TryDecode(encoding, text, _buffer.Slice(Count * _size, _size), out int length) && (length == _size || !_isFixed))
        {
            _lengths[Count++] = length;
        }
    }

    [InlineArray(SenderPlan.MaxSignatures)]
    private struct Lengths
    {
        private int _first;
    }
}
