using System.Globalization;
using System.Text;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>What a person wants to see of a run.</summary>
internal sealed class RoundTable
{
    private readonly StringBuilder _text = new();

    public RoundTable()
    {
        _text.AppendLine("| round | attempted | acked | recovered in |");
        _text.AppendLine("|------:|----------:|------:|-------------:|");
    }

    public void Add(int round, int attempted, int acked, TimeSpan? recovery) => _text.AppendLine(
        CultureInfo.InvariantCulture, $"| {round,5} | {attempted,9} | {acked,5} | {(recovery is { } time ? Milliseconds(time) : "under load"),12} |");

    public void Finish(int kills, LedgerVerdict verdict, TimeSpan slowest) => _text.AppendLine().AppendLine(
        CultureInfo.InvariantCulture,
        $"kills {kills}, attempted {verdict.Attempted}, acked {verdict.Acked}, lost {verdict.Lost.Count}, unexpected {verdict.Unexpected.Count}, "
        + $"duplicates {verdict.Duplicates.Count}, slowest recovery after ready {Milliseconds(slowest)}");

    public override string ToString() => _text.ToString();

    private static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
