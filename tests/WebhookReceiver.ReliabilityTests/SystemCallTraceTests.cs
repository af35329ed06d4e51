namespace WebhookReceiver.ReliabilityTests;

/// <summary>The reader of the trace must be able to say no.</summary>
public sealed class SystemCallTraceTests
{
    private const string Write = """7  10:00:00.1 pwrite64(52</data/inbox.db-wal>, "..event-1..", 8192, 56) = 8192""";
    private const string Flush = "7  10:00:00.2 fdatasync(52</data/inbox.db-wal>) = 0";
    private const string FlushBegun = "7  10:00:00.2 fdatasync(52</data/inbox.db-wal> <unfinished ...>";
    private const string FlushEnded = "7  10:00:00.4 <... fdatasync resumed>) = 0";
    private const string Answer = """9  10:00:00.3 sendto(60<socket:[123]>, "HTTP/1.1 200 OK..receipt-1..", 200, MSG_NOSIGNAL, NULL, 0) = 200""";

    [Fact]
    public void Trace_FlushedThenAnswered_IsRight() => Assert.Null(Why(Write, Flush, Answer));

    [Fact]
    public void Trace_FlushEndsOnALineOfItsOwnBeforeTheAnswer_IsRight() => Assert.Null(Why(Write, FlushBegun, FlushEnded, Answer));

    [Fact]
    public void Trace_AnsweredThenFlushed_IsSaid() => Assert.Contains("answered in line 2", Why(Write, Answer, Flush), StringComparison.Ordinal);

    [Fact]
    public void Trace_AnsweredWhileFlushing_IsSaid() =>
        Assert.Contains("answered in line 3", Why(Write, FlushBegun, Answer, FlushEnded), StringComparison.Ordinal);

    [Fact]
    public void Trace_FlushOfAnEarlierBatchAlone_IsSaid() => Assert.Contains("never flushed", Why(Flush, Write, Answer), StringComparison.Ordinal);

    [Fact]
    public void Trace_FlushOfAnotherFile_IsSaid() =>
        Assert.Contains("never flushed", Why(Write, Flush.Replace("inbox.db-wal", "effects", StringComparison.Ordinal), Answer), StringComparison.Ordinal);

    [Fact]
    public void Trace_FlushFailed_IsSaid() =>
        Assert.Contains("failed", Why(Write, Flush.Replace("= 0", "= -1 EIO (Input/output error)", StringComparison.Ordinal), Answer), StringComparison.Ordinal);

    [Fact]
    public void Trace_WriteThatIsCutOff_IsSaid() =>
        Assert.Contains("cuts off", Why(Write.Replace("\", 8192", "\"..., 8192", StringComparison.Ordinal), Flush, Answer), StringComparison.Ordinal);

    [Fact]
    public void Trace_NeverWritten_IsSaid() => Assert.Contains("never written", Why(Flush, Answer), StringComparison.Ordinal);

    [Fact]
    public void Trace_NeverAnswered_IsSaid() => Assert.Contains("no answer", Why(Write, Flush), StringComparison.Ordinal);

    private static string? Why(params string[] lines) => new SystemCallTrace(lines).WhyNotFlushedBeforeAnswered("inbox.db-wal", "event-1", "receipt-1");
}
