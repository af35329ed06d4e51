namespace WebhookReceiver.SimulationTests.World;

/// <summary>What happened, step after step. Kept when it is asked for: a seed that failed is run again with it.</summary>
internal sealed class Trace(SimulatedTime time, bool isOn)
{
    private readonly List<string> _lines = [];

    public bool IsOn => isOn;

    public IReadOnlyList<string> Lines => _lines;

    public void Add(string line)
    {
        if (isOn)
        {
            _lines.Add($"{_lines.Count,6} {time.Elapsed,16:c} {line}");
        }
    }
}
