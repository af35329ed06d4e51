using System.Globalization;
using System.Text;

namespace OpenLoop;

/// <summary>Ids of 32 characters that no event had before, in order or at random.</summary>
internal sealed class EventIds(bool ascending, int run)
{
    public const int Length = 32;

    private readonly Random _random = new(run);
    private long _count;

    public void Write(Span<byte> target)
    {
        Span<char> id = stackalloc char[Length];
        _count++;
        _ = ascending
            ? id.TryWrite(CultureInfo.InvariantCulture, $"evt_open_{run:D6}_{_count:D16}", out _)
            : id.TryWrite(CultureInfo.InvariantCulture, $"{_random.NextInt64():x16}{_random.NextInt64():x16}", out _);
        Encoding.ASCII.GetBytes(id, target);
    }
}
