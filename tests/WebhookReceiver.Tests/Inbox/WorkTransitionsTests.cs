using System.Text;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Tests.Inbox;

public sealed class WorkTransitionsTests
{
    [Fact]
    public void Table_EveryState_CanBeLeft() =>
        Assert.All(Enum.GetValues<WorkState>(), static state => Assert.Contains(WorkTransitions.All, transition => transition.StartsFrom(state)));

    [Fact]
    public void Table_TerminalStates_AreLeftByAPersonAlone() =>
        Assert.All(
            WorkTransitions.All.Where(static transition => transition.From.Any(static state => state is WorkState.Succeeded or WorkState.Dead or WorkState.Cancelled or WorkState.Parked)),
            static transition => Assert.Equal(WorkActor.Person, transition.By));

    [Fact]
    public void Table_RunningWork_IsChangedByItsOwnerOrWhereItIsGone() =>
        Assert.All(
            WorkTransitions.All.Where(static transition => transition.StartsFrom(WorkState.Running)),
            static transition => Assert.True(transition.By is WorkActor.Owner or WorkActor.Recovery));

    [Fact]
    public void Table_EveryOutcome_IsTheEndOfAnAttempt() =>
        Assert.All(Enum.GetValues<AttemptOutcome>(), static outcome => Assert.Equal([WorkState.Running], outcome.Transition().From));

    [Fact]
    public void Condition_AndAssignments_AreTheTablesOwn()
    {
        Assert.Equal(("state BETWEEN 1 AND 2", "state = 0, epoch = epoch + 1, attempt = attempt + 1"), (WorkTransitions.Claim.Condition, WorkTransitions.Claim.Assignments));
        Assert.Equal(("state = 0", "state = 6"), (WorkTransitions.Succeed.Condition, WorkTransitions.Succeed.Assignments));
        Assert.Equal(("state = 0", "state = 1, attempt = attempt - 1"), (WorkTransitions.Release.Condition, WorkTransitions.Release.Assignments));
        Assert.Equal(("state IN (1, 2, 3, 5)", "state = 4, epoch = epoch + 1"), (WorkTransitions.Cancel.Condition, WorkTransitions.Cancel.Assignments));
        Assert.Equal(("state BETWEEN 3 AND 6", "state = 1, epoch = epoch + 1, attempt = 0, crash_count = 0"), (WorkTransitions.Replay.Condition, WorkTransitions.Replay.Assignments));
    }

    /// <summary>The diagram is made of the table: where this fails, paste what it expected.</summary>
    [Fact]
    public void Docs_Diagram_IsThatOfTheTable()
    {
        var docs = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "inbox.md"));

        Assert.Contains(Diagram(), docs, StringComparison.Ordinal);
    }

    private static string Diagram()
    {
        var diagram = new StringBuilder("```mermaid\nstateDiagram-v2\n");
        foreach (var (state, when) in new[] { (WorkState.Running, "room in memory"), (WorkState.Pending, "no room"), (WorkState.Parked, "no handler") })
        {
            diagram.Append("    [*] --> ").Append(state.Name()).Append(": stored, ").Append(when).Append('\n');
        }

        foreach (var arrow in WorkTransitions.All.SelectMany(static transition => transition.From.Select(from => (from, transition))).GroupBy(static pair => (pair.from, pair.transition.To)))
        {
            diagram.Append("    ").Append(arrow.Key.from.Name()).Append(" --> ").Append(arrow.Key.To.Name()).Append(": ")
                .AppendJoin(", ", arrow.Select(static pair => pair.transition.Name)).Append('\n');
        }

        return diagram.Append("```\n").ToString();
    }
}
