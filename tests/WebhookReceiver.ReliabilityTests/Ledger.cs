using System.Collections.Concurrent;
using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// What the client knows for itself: which events it began to send, and which of them were answered 2xx. Held against the effects that the
/// handler left in a file; neither side asks the inbox.
/// </summary>
internal sealed class Ledger
{
    private static readonly TimeSpan AnswersLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, byte> _attempted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _acked = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _unanswered = new();
    private readonly PriorityQueue<TaskCompletionSource, int> _waiting = new();
    private int _answers;

    public int Attempted => _attempted.Count;

    public int Acked => _acked.Count;

    /// <summary>How many answers there were, whatever they said.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Requests that got no whole answer, each with its error.</summary>
    public IReadOnlyCollection<string> Unanswered => _unanswered;

    /// <summary>The receipts by event id.</summary>
    public IReadOnlyDictionary<string, string> Receipts => _acked;

    /// <summary>What was sent and never answered 2xx.</summary>
    public IReadOnlyList<string> AttemptedWithoutAck() => [.. _attempted.Keys.Where(id => !_acked.ContainsKey(id))];

    public void Attempting(string id) => _attempted.TryAdd(id, 0);

    public void Answered(string id, int status, string? receipt)
    {
        if (status is >= 200 and < 300)
        {
            _acked[id] = receipt ?? "";
        }

        // Counted last, so that whoever has seen so many answers sees what they said.
        var answers = Interlocked.Increment(ref _answers);
        lock (_waiting)
        {
            while (_waiting.TryPeek(out var waiter, out var target) && answers >= target)
            {
                _waiting.Dequeue();
                waiter.SetResult();
            }
        }
    }

    /// <summary>Waits until there were so many answers.</summary>
    /// <exception cref="TimeoutException">They did not come.</exception>
    public Task UntilAnsweredAsync(int answers)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            if (Answers >= answers)
            {
                return Task.CompletedTask;
            }

            _waiting.Enqueue(waiter, answers);
        }

        return waiter.Task.WaitAsync(AnswersLimit, TimeProvider.System);
    }

    public void NotAnswered(string id, Exception error) => _unanswered.Enqueue($"{id}: {error.GetBaseException().Message}");

    /// <summary>Compares with what the handler did.</summary>
    /// <param name="effectsFile">The lines <c>event-id attempt body-id</c>.</param>
    /// <param name="dead">Events that the inbox holds as dead: not handled, and not lost.</param>
    public LedgerVerdict Check(string effectsFile, IReadOnlySet<string> dead)
    {
        var effects = File.Exists(effectsFile) ? File.ReadAllLines(effectsFile).Select(Effect.Parse).ToArray() : [];
        var counts = effects.CountBy(static effect => effect.Id).ToDictionary(StringComparer.Ordinal);
        return new LedgerVerdict(
            Attempted, Acked, effects.Length,
            Lost: [.. _acked.Keys.Where(id => !counts.ContainsKey(id) && !dead.Contains(id))],
            Unexpected: [.. counts.Keys.Where(id => !_attempted.ContainsKey(id))],
            Duplicates: [.. counts.Where(static pair => pair.Value > 1).Select(static pair => pair.Key)],
            Foreign: [.. effects.Where(static effect => effect.BodyId != effect.Id).Select(static effect => effect.Id)],
            HighestAttempt: effects.Select(static effect => effect.Attempt).DefaultIfEmpty().Max());
    }

    private readonly record struct Effect(string Id, int Attempt, string BodyId)
    {
        public static Effect Parse(string line)
        {
            var parts = line.Split(' ');
            return new Effect(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
        }
    }
}

/// <summary>What the ledgers say of each other.</summary>
/// <param name="Attempted">Events that were sent, answered or not.</param>
/// <param name="Acked">Events that were answered 2xx.</param>
/// <param name="Effects">Lines of the handler.</param>
/// <param name="Lost">Answered 2xx, neither handled nor dead. None may be.</param>
/// <param name="Unexpected">Handled and never sent. None may be.</param>
/// <param name="Duplicates">Handled more than once: at least once is promised, so a crash may cause it and nothing else.</param>
/// <param name="Foreign">Handled with the body of another event. None may be.</param>
/// <param name="HighestAttempt">The highest attempt number that had an effect: 1 if no attempt was cut off or failed.</param>
internal sealed record LedgerVerdict(
    int Attempted, int Acked, int Effects, IReadOnlyList<string> Lost, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Duplicates,
    IReadOnlyList<string> Foreign, int HighestAttempt);
