namespace WebhookReceiver.ReliabilityTests;

/// <summary>A wall clock that jumps, for a receiver in a process of its own. The monotonic clock goes on as it does on a real machine.</summary>
internal sealed class FakeTime : IDisposable
{
    private readonly string _offset = Path.GetTempFileName();
    private readonly string _library;

    public FakeTime()
    {
        var library = Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "*-linux-gnu*").Select(static directory => Path.Combine(directory, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists) : null;
        Needs.Package(library ?? "/usr/lib/…/faketime/libfaketimeMT.so.1", "libfaketime");
        _library = library!;
        Jump(TimeSpan.Zero);
    }

    public Dictionary<string, string> Settings => new()
    {
        ["LD_PRELOAD"] = _library,
        ["FAKETIME_TIMESTAMP_FILE"] = _offset,
        ["FAKETIME_NO_CACHE"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["DONT_FAKE_MONOTONIC"] = "1",
    };

    /// <summary>From now on the clock is wrong by so much.</summary>
    public void Jump(TimeSpan offset)
    {
        // Replaced as a whole, or the receiver could read half of it.
        File.WriteAllText(_offset + ".new", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));
        File.Move(_offset + ".new", _offset, overwrite: true);
    }

    public void Dispose() => File.Delete(_offset);
}
