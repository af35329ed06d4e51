using System.Text.RegularExpressions;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// Reads what <c>strace -f -y</c> wrote. The order of its lines is the order of the calls: a line stands where its call began, and where
/// another thread came between, the end of the call has a line of its own (<c>&lt;... fsync resumed&gt;</c>).
/// </summary>
internal sealed partial class SystemCallTrace
{
    private readonly List<Call> _calls = [];

    public SystemCallTrace(IEnumerable<string> lines)
    {
        var unfinished = new Dictionary<string, Call>(StringComparer.Ordinal);
        var index = 0;
        foreach (var line in lines)
        {
            index++;
            if (Begun().Match(line) is { Success: true } begun)
            {
                var call = new Call(begun.Groups["name"].Value, begun.Groups["file"].Value, line, Begin: index);
                _calls.Add(call);
                if (line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
                {
                    unfinished[begun.Groups["thread"].Value] = call;
                }
                else
                {
                    (call.End, call.Succeeded) = (index, !Failed().IsMatch(line));
                }
            }
            else if (Resumed().Match(line) is { Success: true } resumed && unfinished.Remove(resumed.Groups["thread"].Value, out var call))
            {
                (call.End, call.Succeeded) = (index, !Failed().IsMatch(line));
            }
        }
    }

    /// <summary>What is wrong with the order of one event's calls.</summary>
    /// <param name="log">The end of the name of the database's log.</param>
    /// <param name="eventId">The event: stands in what is written to the log.</param>
    /// <param name="receipt">Its receipt: stands in the answer.</param>
    /// <returns><see langword="null"/> if the flush of its transaction had returned before the first byte of its answer was sent.</returns>
    public string? WhyNotFlushedBeforeAnswered(string log, string eventId, string receipt)
    {
        if (_calls.Exists(call => call.IsCutOff && call.IsWrite && call.File.EndsWith(log, StringComparison.Ordinal)))
        {
            return $"{eventId}: the trace cuts off what is written to the log, so that a later write may be taken for its first";
        }

        var stored = _calls.Find(call => call.IsWrite && call.File.EndsWith(log, StringComparison.Ordinal) && call.Line.Contains(eventId, StringComparison.Ordinal));
        if (stored is null)
        {
            return $"{eventId}: never written to the log";
        }

        var answer = _calls.Find(call => call.IsSend && call.Line.Contains(receipt, StringComparison.Ordinal));
        if (answer is null)
        {
            return $"{eventId}: no answer with its receipt {receipt}";
        }

        var flush = _calls.Find(call => call.IsFlush && call.File.EndsWith(log, StringComparison.Ordinal) && call.Begin > stored.Begin && call.End is not null);
        return flush switch
        {
            null => $"{eventId}: the log was never flushed after it was written",
            { Succeeded: false } => $"{eventId}: the flush failed",
            _ when flush.End >= answer.Begin => $"{eventId}: answered in line {answer.Begin}, flushed in line {flush.End}",
            _ => null,
        };
    }

    [GeneratedRegex(@"^(?<thread>\d+) +[\d:.]+ (?<name>fsync|fdatasync|pwrite64|write|writev|sendto|sendmsg)\(\d+<(?<file>[^>]*)>")]
    private static partial Regex Begun();

    [GeneratedRegex(@"^(?<thread>\d+) +[\d:.]+ <\.\.\. \w+ resumed>")]
    private static partial Regex Resumed();

    [GeneratedRegex("""(?<!\\)"\.\.\., """)]
    private static partial Regex CutOff();

    [GeneratedRegex(@"= -1 E[A-Z]+ \([^)]*\)$")]
    private static partial Regex Failed();

    private sealed record Call(string Name, string File, string Line, int Begin)
    {
        public int? End { get; set; }

        public bool Succeeded { get; set; }

        public bool IsCutOff { get; } = CutOff().IsMatch(Line);

        public bool IsFlush => Name is "fsync" or "fdatasync";

        public bool IsSend => Name is "sendto" or "sendmsg" || IsWrite && (File.StartsWith("socket:", StringComparison.Ordinal) || File.StartsWith("TCP", StringComparison.Ordinal));

        public bool IsWrite => Name is "pwrite64" or "write" or "writev";
    }
}
