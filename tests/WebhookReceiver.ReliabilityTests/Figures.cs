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

    public long Lost { get; set; }

    public long Unexpected { get; set; }

    /// <summary>Events that were handled more than once.</summary>
    public long Duplicates { get; set; }

    /// <summary>The slowest way back: from the start of the process until nothing is left to do, or as the title says.</summary>
    public TimeSpan? Recovery { get; set; }

    public void Recovered(TimeSpan time) => Recovery = Recovery > time ? Recovery : time;

    public void Add(LedgerVerdict verdict)
    {
        Events += verdict.Acked;
        Lost += verdict.Lost.Count;
        Unexpected += verdict.Unexpected.Count;
        Duplicates += verdict.Duplicates.Count;
    }

    /// <summary>Writes the row, then holds it to the promise: nothing lost, nothing that nobody sent.</summary>
    public void PublishAndCheck()
    {
        Publish();
        Assert.True(Trials > 0 && Events > 0, $"Nothing was tried: {this}");
        Assert.Equal((0, 0), (Lost, Unexpected));
    }

    public void Publish() => RoundTable.Publish(string.Create(
        CultureInfo.InvariantCulture,
        $"| {Fault} | {Title} | {Trials:N0} | {Events:N0} | {Lost:N0} | {Unexpected:N0} | {Duplicates:N0} | {(Recovery is { } time ? $"{time.TotalSeconds:0.00} s" : "")} |"));
}
