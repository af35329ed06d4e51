using System.Globalization;
using System.Text;

namespace WebhookReceiver.Fuzz.Wire;

/// <summary>Reads answers off what has arrived, as strictly as a proxy should: what it cannot read is a finding.</summary>
internal sealed class AnswerReader
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Room for what arrives next.</summary>
    public Memory<byte> Room
    {
        get
        {
            if (_end == _buffer.Length)
            {
                if (_start == 0)
                {
                    Array.Resize(ref _buffer, 2 * _buffer.Length);
                }

                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            return _buffer.AsMemory(_end);
        }
    }

    /// <summary>Whether something has arrived that is no whole answer.</summary>
    public bool HasRest => _start < _end;

    public string Rest => Encoding.UTF8.GetString(_buffer, _start, _end - _start);

    public void Arrived(int count) => _end += count;

    public void Clear() => (_start, _end) = (0, 0);

    /// <summary>Takes the next answer, if all of it is there.</summary>
    /// <param name="isToHead">Whether it is the answer to a HEAD, which has no body.</param>
    /// <exception cref="FormatException">What has arrived is no answer.</exception>
    public WireAnswer? TryTake(bool isToHead)
    {
        while (true)
        {
            ReadOnlySpan<byte> arrived = _buffer.AsSpan(_start, _end - _start);
            int headEnd = arrived.IndexOf("\r\n\r\n"u8);
            if (headEnd < 0)
            {
                return null;
            }

            ReadOnlySpan<byte> head = arrived[..headEnd];
            if (!head.StartsWith("HTTP/1.1 "u8) || head.Length < 13 || head[12] != ' '
                || !int.TryParse(head.Slice(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            {
                throw new FormatException("No status line.");
            }

            if (status is 100 or 102 or 103)
            {
                _start += headEnd + 4;
                continue;
            }

            int length = BodyLength(head, status, isToHead);
            if (arrived.Length < headEnd + 4 + length)
            {
                return null;
            }

            var answer = new WireAnswer(status, Encoding.Latin1.GetString(arrived[..(headEnd + 4)]), arrived.Slice(headEnd + 4, length).ToArray());
            _start += headEnd + 4 + length;
            if (_start == _end)
            {
                Clear();
            }

            return answer;
        }
    }

    private static int BodyLength(ReadOnlySpan<byte> head, int status, bool isToHead)
    {
        int length = -1;
        bool isFirst = true;
        foreach (Range range in head.Split("\r\n"u8))
        {
            ReadOnlySpan<byte> line = head[range];
            int colon = line.IndexOf((byte)':');
            if (isFirst)
            {
                isFirst = false;
                continue;
            }

            if (colon <= 0 || line.IndexOfAny((byte)'\r', (byte)'\n', (byte)'\0') >= 0)
            {
                throw new FormatException("A line that is no header.");
            }

            if (Ascii.EqualsIgnoreCase(line[..colon], "transfer-encoding"u8))
            {
                throw new FormatException("No answer of the receiver is chunked.");
            }

            if (Ascii.EqualsIgnoreCase(line[..colon], "content-length"u8)
                && (length >= 0 || !int.TryParse(line[(colon + 1)..].Trim((byte)' '), NumberStyles.None, CultureInfo.InvariantCulture, out length)))
            {
                throw new FormatException("A length that is none, or two.");
            }
        }

        return isToHead || status is 204 or 304 ? 0
            : length >= 0 ? length
            : throw new FormatException("Nothing says how long the body is.");
    }
}
