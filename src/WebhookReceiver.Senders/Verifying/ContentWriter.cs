using System.Buffers;
using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>Puts bytes one after the other, on the stack for as long as they fit and then in a pooled array. Dispose of it.</summary>
internal ref struct ContentWriter(Span<byte> buffer)
{
    private Span<byte> _buffer = buffer;
    private byte[]? _rented;
    private int _length;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._length];

    public void Append(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>
    /// Appends text as UTF-8. Servers decode headers as UTF-8 (or as ASCII, which is part of it), so that this gives back the bytes that were sent.
    /// </summary>
    public void Append(scoped ReadOnlySpan<char> text) =>
        _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented, clearArray: true);
            _rented = null;
        }
    }

    private Span<byte> Room(int length)
    {
        if (length > _buffer.Length - _length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + length), 2 * _buffer.Length));
            _buffer[.._length].CopyTo(larger);
            Dispose();
            _buffer = _rented = larger;
        }

        return _buffer[_length..];
    }
}
