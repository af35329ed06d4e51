using System.Collections.Immutable;
using System.Globalization;

namespace WebhookReceiver.Inbox;

/// <summary>
/// One allowed change of the state of work. A store makes it as one conditional write: where the condition does not hold, nothing changes.
/// </summary>
/// <param name="Name">What happens, in the words of the docs.</param>
/// <param name="From">The states in which it may happen.</param>
/// <param name="To">The state that it leads to.</param>
/// <param name="By">Who makes it.</param>
/// <param name="Attempt">What becomes of the number of the attempt.</param>
internal sealed record WorkTransition(string Name, ImmutableArray<WorkState> From, WorkState To, WorkActor By, AttemptNumber Attempt)
{
    /// <summary>
    /// Whether it takes a claim's epoch to make it, which is then left as it is. Any other change raises the epoch, so that whoever had a claim
    /// has lost it.
    /// </summary>
    public bool IsFenced => By == WorkActor.Owner;

    /// <summary>The condition on the state as SQL for both databases; the stores add the row, and the epoch where it is fenced.</summary>
    /// <remarks>A range where there is one: SQLite would build the list of an IN as a table for each row, and uses a partial index only for its own words.</remarks>
    public string Condition { get; } = ConditionOf(From);

    /// <summary>What it sets as SQL for both databases; the stores add times and errors.</summary>
    public string Assignments { get; } = string.Create(CultureInfo.InvariantCulture, $"state = {(int)To}") + (By == WorkActor.Owner ? "" : ", epoch = epoch + 1") + Attempt switch
    {
        AttemptNumber.Raised => ", attempt = attempt + 1",
        AttemptNumber.Lowered => ", attempt = attempt - 1",
        AttemptNumber.Reset => ", attempt = 0, crash_count = 0",
        _ => "",
    };

    /// <summary>Whether work in this state can be changed so.</summary>
    public bool StartsFrom(WorkState state) => From.Contains(state);

    private static string ConditionOf(ImmutableArray<WorkState> from)
    {
        var numbers = from.Select(static state => (int)state).Order().ToArray();
        return numbers switch
        {
            [var only] => string.Create(CultureInfo.InvariantCulture, $"state = {only}"),
            [var first, .., var last] when last - first == numbers.Length - 1 => string.Create(CultureInfo.InvariantCulture, $"state BETWEEN {first} AND {last}"),
            _ => $"state IN ({string.Join(", ", numbers)})",
        };
    }
}

/// <summary>Who changes the state of work.</summary>
internal enum WorkActor
{
    /// <summary>A dispatcher that takes it.</summary>
    Dispatcher,
    /// <summary>Who holds the claim.</summary>
    Owner,
    /// <summary>Whoever finds that its owner is gone.</summary>
    Recovery,
    /// <summary>An operator.</summary>
    Person,
}

/// <summary>What a change makes of the number of the attempt.</summary>
internal enum AttemptNumber
{
    /// <summary>It stays.</summary>
    Kept,
    /// <summary>One more: an attempt begins.</summary>
    Raised,
    /// <summary>One less: the attempt does not count.</summary>
    Lowered,
    /// <summary>None: the next generation begins, and what crashed before is forgotten.</summary>
    Reset,
}
