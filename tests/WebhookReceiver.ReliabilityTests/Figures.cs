using System.Globalization;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The line of figures of one fault: a row of the table in <c>docs/reliability.md</c>.</summary>
/// <param name="Fault">Its number, by which the table is sorted.</param>
/// <param name="Title">What was done, in a few words.</param>
internal sealed record Figures(string Fault, string Title)
{
    public long Trials { get; set; }

    /// <summary>Events that were answered 2xx.</summary>
    public long Events { get; set; }

    /// <summary>Answered 2xx, and not stored or not handled.</summary>
    public long Lost { get; set; }

    /// <summary>Handled, and never sent or with another body.</summary>
    public long Unexpected { get; set; }

    /// <summary>Events that were handled more than once.</summary>
    public long Duplicates { get; set; }

    /// <summary>What was timed.</summary>
    public string Timed { get; init; } = "start to idle";

    /// <summary>The slowest of it.</summary>
    public TimeSpan? Slowest { get; private set; }

    public void Took(TimeSpan time) => Slowest = Slowest > time ? Slowest : time;

    public void Add(LedgerVerdict verdict)
    {
        Events += verdict.Acked;
        Lost += verdict.Lost.Count;
        Unexpected += verdict.Unexpected.Count + verdict.Foreign.Count;
        Duplicates += verdict.Duplicates.Count;
    }

    /// <summary>Writes the row, then holds it to the promise: nothing lost, nothing that nobody sent.</summary>
    public void PublishAndCheck()
    {
        Publish();
        Assert.True(Trials > 0 && Events > 0, $"Nothing was tried: {this}");
        Assert.Equal((0, 0), (Lost, Unexpected));
    }

    /// <summary>Appends the row to the file that <c>RELIABILITY_FIGURES</c> names.</summary>
    public void Publish()
    {
        if (Environment.GetEnvironmentVariable("RELIABILITY_FIGURES") is { Length: > 0 } path)
        {
            File.AppendAllText(path, ToRow() + "\n");
        }
    }

    private string ToRow() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Fault} | {Title} | {Trials:N0} | {Events:N0} | {Lost:N0} | {Unexpected:N0} | {Duplicates:N0} | {(Slowest is { } time ? $"{time.TotalSeconds:0.00} s, {Timed}" : "")} |");
}
