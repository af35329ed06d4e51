using WebhookReceiver.Sources;

namespace WebhookReceiver.Diagnostics;

/// <summary>
/// Watches what comes from one source, look by look: whether it has gone silent, and whether more of it is refused than taken. How long its pauses usually are it learns. Not safe from
/// several threads.
/// </summary>
internal sealed class SourceWatch(DateTimeOffset startedAt)
{
    /// <summary>How long a source is watched before its usual pauses are known.</summary>
    public static readonly TimeSpan LearningTime = TimeSpan.FromDays(1);

    /// <summary>How many pauses make them usual.</summary>
    public const int LearningPauses = 20;

    /// <summary>A shorter silence is no alarm that was learned.</summary>
    public static readonly TimeSpan LeastSilence = TimeSpan.FromMinutes(15);

    /// <summary>How far back deliveries are compared with rejections.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    /// <summary>Fewer rejections within the window are no alarm.</summary>
    public const int LeastRejections = 20;

    private const int LearnedDays = 8;
    private const int Factor = 3;

    private readonly Dictionary<DateOnly, TimeSpan> _longestPauses = [];
    private readonly Queue<(DateTimeOffset At, long Accepted, long Rejected)> _looks = new();
    private DateTimeOffset? _last;
    private int _pauses;

    /// <summary>When the last one was taken; the time from which the source is watched where none was.</summary>
    public DateTimeOffset LastAcceptedAt => _last ?? startedAt;

    /// <summary>Whether nothing has come for longer than is usual.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>Whether more is refused than taken.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Looks at what has come.</summary>
    /// <param name="activity">The source's activity.</param>
    /// <param name="silenceAfter">How long it may send nothing; <see langword="null"/> for what was learned.</param>
    /// <param name="now">The time.</param>
    public void Look(SourceActivity activity, TimeSpan? silenceAfter, DateTimeOffset now)
    {
        var limit = silenceAfter ?? LearnedLimit(now);
        if (activity.LastAcceptedAt is { } last && last != _last)
        {
            if (_last is { } before)
            {
                Learn(last - before, limit, DateOnly.FromDateTime(last.UtcDateTime));
            }

            _last = last;
        }

        IsSilent = limit is { } most && now - LastAcceptedAt > most;
        CompareRejections(activity, now);
    }

    private void CompareRejections(SourceActivity activity, DateTimeOffset now)
    {
        _looks.Enqueue((now, activity.Accepted, activity.Rejected));
        while (_looks.Count > 1 && now - _looks.Peek().At > Window)
        {
            _looks.Dequeue();
        }

        var (_, accepted, rejected) = _looks.Peek();
        var refused = activity.Rejected - rejected;
        IsRefused = refused >= LeastRejections && refused > activity.Accepted - accepted;
    }

    private TimeSpan? LearnedLimit(DateTimeOffset now)
    {
        if (_pauses < LearningPauses || now - startedAt < LearningTime)
        {
            return null;
        }

        var usual = Factor * _longestPauses.Values.Max();
        return usual > LeastSilence ? usual : LeastSilence;
    }

    // A pause that was an alarm is not what is usual; that it comes again and again is, and then it is learned in steps.
    private void Learn(TimeSpan pause, TimeSpan? limit, DateOnly day)
    {
        _pauses++;
        var learned = limit is { } most && pause > most ? most : pause;
        _longestPauses[day] = _longestPauses.TryGetValue(day, out var longest) && longest > learned ? longest : learned;
        foreach (var old in _longestPauses.Keys.Where(old => old.DayNumber <= day.DayNumber - LearnedDays).ToArray())
        {
            _longestPauses.Remove(old);
        }
    }
}
