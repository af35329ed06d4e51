namespace WebhookReceiver.Diagnostics;

/// <summary>Leaves ten log lines a second of each kind, and counts those that are left out. Safe from any thread.</summary>
/// <typeparam name="TKind">What kinds there are: few, and none that a stranger names.</typeparam>
internal sealed class LineLimit<TKind>(TimeProvider clock)
    where TKind : notnull
{
    private const int LinesPerSecond = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<TKind, (long Second, int Lines, int Suppressed)> _lines = [];

    /// <summary>Whether there may be a line now.</summary>
    /// <param name="kind">Of which kind.</param>
    /// <param name="suppressed">How many of the seconds before were left out, for the first line of a second.</param>
    public bool TryTake(TKind kind, out int suppressed)
    {
        lock (_gate)
        {
            // When the line is written, not when what it tells of was: that comes here in any order at the turn of a second.
            var second = clock.GetTimestamp() / clock.TimestampFrequency;
            var line = _lines.GetValueOrDefault(kind);
            suppressed = 0;
            if (line.Second != second)
            {
                suppressed = line.Suppressed;
                line = (second, 0, 0);
            }

            var isFree = line.Lines < LinesPerSecond;
            _lines[kind] = isFree ? line with { Lines = line.Lines + 1 } : line with { Suppressed = line.Suppressed + 1 };
            return isFree;
        }
    }
}
