namespace WebhookReceiver.ReliabilityTests.Disk;

/// <summary>What happened to a file, as it was recorded.</summary>
internal enum DiskEntryKind
{
    /// <summary>Bytes were written, and the call has returned.</summary>
    Written = 1,

    /// <summary>A flush is about to be asked for: it covers what is written until now.</summary>
    FlushBegun,

    /// <summary>The flush has returned.</summary>
    FlushEnded,

    /// <summary>The flush has failed: nobody knows what of the file is on the disk.</summary>
    FlushFailed,

    /// <summary>The file was cut to a size.</summary>
    Truncated,
}

/// <summary>One entry of the record.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="File">To which file; 8 is the list of what is about to be answered.</param>
/// <param name="Offset">Where; the number of the flush; the size.</param>
/// <param name="Data">What was written.</param>
internal sealed record DiskEntry(DiskEntryKind Kind, DiskFiles File, long Offset, ReadOnlyMemory<byte> Data)
{
    private const DiskFiles Acks = (DiskFiles)8;
    private const int HeadLength = 24;

    /// <summary>The event that is about to be answered, if this is what the entry says.</summary>
    public string? Answered => File == Acks ? System.Text.Encoding.ASCII.GetString(Data.Span).TrimEnd('\n') : null;

    /// <summary>Reads what <c>faulty_disk.c</c> has written.</summary>
    public static List<DiskEntry> Read(string path)
    {
        var entries = new List<DiskEntry>();
        ReadOnlyMemory<byte> left = System.IO.File.ReadAllBytes(path);
        while (left.Length >= HeadLength)
        {
            var head = left.Span;
            var length = (int)BitConverter.ToInt64(head[16..]);
            if (left.Length < HeadLength + length)
            {
                break; // the process was killed here
            }

            entries.Add(new DiskEntry(
                (DiskEntryKind)BitConverter.ToInt32(head), (DiskFiles)BitConverter.ToInt32(head[4..]), BitConverter.ToInt64(head[8..]), left.Slice(HeadLength, length)));
            left = left[(HeadLength + length)..];
        }

        return entries;
    }
}
