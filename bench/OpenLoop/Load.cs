using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;

namespace OpenLoop;

internal sealed record LoadResult(long[] Microseconds, int Failed, long TotalMicroseconds);

/// <summary>One thread sends what is due on whichever connection is free; answers come in on the threads of the sockets.</summary>
internal sealed class Load : IDisposable
{
    private readonly ConcurrentQueue<Connection> _free = new();
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly EventIds _ids;

    private long[] _microseconds = [];
    private int _recorded;
    private int _answered;
    private int _failed;

    public Load(IPEndPoint endpoint, int connections, byte[] head, byte[] body, EventIds ids)
    {
        _ids = ids;
        for (var i = 0; i < connections; i++)
        {
            _free.Enqueue(new Connection(endpoint, head, body, Answered));
        }
    }

    public LoadResult Run(int rate, int count)
    {
        (_microseconds, _recorded, _answered, _failed) = (new long[count], 0, 0, 0);
        var start = _clock.GetTimestamp() + (_clock.TimestampFrequency / 100);
        for (var i = 0; i < count; i++)
        {
            var due = start + (long)((double)i * _clock.TimestampFrequency / rate);
            SleepUntil(due);
            Connection? connection;
            while (!_free.TryDequeue(out connection))
            {
                SleepUntil(_clock.GetTimestamp() + (_clock.TimestampFrequency / 20_000)); // all are busy: it is late, and counted as late
            }

            connection.Send(_ids, due);
        }

        while (Volatile.Read(ref _answered) < count)
        {
            SleepUntil(_clock.GetTimestamp() + (_clock.TimestampFrequency / 1_000));
        }

        return new LoadResult(_microseconds, _failed, Microseconds(_clock.GetTimestamp() - start));
    }

    public void Dispose()
    {
        while (_free.TryDequeue(out var connection))
        {
            connection.Dispose();
        }
    }

    private void Answered(Connection connection, long due, bool ok)
    {
        var microseconds = Microseconds(_clock.GetTimestamp() - due);
        if (!ok)
        {
            Interlocked.Increment(ref _failed);
        }

        // It counts last: when the last answer has counted, all are recorded and every connection is free again.
        _microseconds[Interlocked.Increment(ref _recorded) - 1] = microseconds;
        _free.Enqueue(connection);
        Interlocked.Increment(ref _answered);
    }

    private long Microseconds(long ticks) => ticks * 1_000_000 / _clock.TimestampFrequency;

    // .NET sleeps in whole milliseconds, five requests late at 5,000 a second; spinning would take one of the server's cores.
    private void SleepUntil(long timestamp)
    {
        while (timestamp - _clock.GetTimestamp() is > 0 and var ticks)
        {
            var time = new Timespec(0, (nint)Math.Min(ticks * 1_000_000_000 / _clock.TimestampFrequency, 999_999_999));
            _ = NanoSleep(in time, 0);
        }
    }

    private readonly record struct Timespec(nint Seconds, nint Nanoseconds);

    [DllImport("libc", EntryPoint = "nanosleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NanoSleep(in Timespec time, nint remaining);
}
