using System.Text;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>The model of a disk that loses power must lose what a real one may lose, and nothing else.</summary>
public sealed class CrashFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly CrashFile _file = new();

    [Fact]
    public void Write_NotFlushed_IsLostWhereAllIsLost()
    {
        Written(0, "new");

        Assert.Equal("", Left(CrashLoss.All));
        Assert.Equal("new", Left(CrashLoss.Nothing));
    }

    [Fact]
    public void Write_BeforeAFlush_IsKept()
    {
        Written(0, "old");
        Flush(1);
        Written(3, "new");

        Assert.Equal("old", Left(CrashLoss.All));
        Assert.Equal("oldnew", Left(CrashLoss.Nothing));
    }

    [Fact]
    public void Write_WhileAFlushIsUnderWay_IsNotCovered()
    {
        Written(0, "old");
        Entry(DiskEntryKind.FlushBegun, 1);
        Written(0, "new");
        Entry(DiskEntryKind.FlushEnded, 1);

        Assert.Equal("old", Left(CrashLoss.All));
    }

    [Fact]
    public void Flush_ThatHasNotEnded_CoversNothing()
    {
        Written(0, "new");
        Entry(DiskEntryKind.FlushBegun, 1);

        Assert.Equal("", Left(CrashLoss.All));
    }

    [Fact]
    public void Flush_AfterOneThatFailed_DoesNotCoverWhatThatOneLost()
    {
        Written(0, "lost");
        Entry(DiskEntryKind.FlushFailed, 0);
        Written(4, "kept");
        Flush(1);

        Assert.Equal("\0\0\0\0kept", Left(CrashLoss.All));
    }

    [Fact]
    public void Truncate_NotFlushed_IsLostWhereAllIsLost()
    {
        Written(0, "four");
        Flush(1);
        Entry(DiskEntryKind.Truncated, 2);

        Assert.Equal("four", Left(CrashLoss.All));
        Assert.Equal("fo", Left(CrashLoss.Nothing));
    }

    [Fact]
    public void Blocks_OfALongWrite_AreLostEachByItself()
    {
        const int Block = 4096;
        Written(0, new string('x', 16 * Block));

        var left = Left(CrashLoss.Blocks).PadRight(16 * Block, '\0');

        var kept = Enumerable.Range(0, 16).Select(block => left.Substring(block * Block, Block).Distinct().Single()).ToArray();
        Assert.Equal(['\0', 'x'], kept.Distinct().Order());
    }

    public void Dispose() => File.Delete(_path);

    private void Written(long offset, string text) => _file.Apply(new DiskEntry(DiskEntryKind.Written, DiskFiles.Log, offset, Encoding.ASCII.GetBytes(text)));

    private void Entry(DiskEntryKind kind, long offset) => _file.Apply(new DiskEntry(kind, DiskFiles.Log, offset, default));

    private void Flush(long number)
    {
        Entry(DiskEntryKind.FlushBegun, number);
        Entry(DiskEntryKind.FlushEnded, number);
    }

    private string Left(CrashLoss loss)
    {
        _file.Write(_path, loss, new Random(1));
        return File.ReadAllText(_path);
    }
}
