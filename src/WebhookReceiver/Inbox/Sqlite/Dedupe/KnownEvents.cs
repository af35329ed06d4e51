using System.Security.Cryptography;
using SQLitePCL;

namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>
/// Decides whether an event is known, and is right after any crash. The usual new event costs no write: its id is in its own row already.
/// The newest ids are held in memory, exactly. When there are enough of them they become a run: written to disk in the order of their keys,
/// which touches each page once, and never changed; in memory a small filter stays of it, and only what a filter may know is looked up. A start reads
/// the filters, and the ids of the events above the last run.
/// </summary>
/// <remarks>Used by the writer's thread alone, inside its transaction; what the transaction did here is kept or undone with it.</remarks>
internal sealed class KnownEvents : IDisposable
{
    /// <summary>How many ids make a run: what a start reads again, and about 90 bytes of memory each.</summary>
    public const int DefaultIdsPerRun = 65_536;

    private const string SeedKey = "dedupe_seed";

    /// <summary>The last event whose id was forgotten with its run: without it, a start after a month without events would read all that are kept.</summary>
    private const string ForgottenKey = "dedupe_forgotten";

    private const int RemovedAtOnce = 256;

    private readonly SqliteMeta _meta;
    private readonly int _idsPerRun;
    private readonly byte[] _key = new byte[EventKey.MaxLength];
    private readonly Queue<StoredRun> _runs = new(); // oldest first
    private readonly RunFilters _filters = new();
    private readonly Queue<long> _removed = new();
    private readonly SqliteStatement _insert, _insertRun, _find, _removeRun, _removeIds;
    private readonly long _seed;
    private readonly long _watermark;
    private long _lastRun;
    private IdTable _recent;
    private IdTable? _spare; // of the last run: tables are large, and two are enough
    private IdRun? _making;
    private int _mark;
    private bool _isMade;
    private bool _isOldestRemoved;

    /// <summary>Reads what is known; inside a transaction.</summary>
    public KnownEvents(sqlite3 handle, SqliteMeta meta, int idsPerRun)
    {
        (_meta, _idsPerRun) = (meta, idsPerRun);
        _insert = new SqliteStatement(handle, "INSERT OR IGNORE INTO dedupe(run, key, seq, token, body_hash, received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _insertRun = new SqliteStatement(handle, "INSERT INTO dedupe_run(run, last_seq, newest_at, filter) VALUES (?1, ?2, ?3, ?4)");
        _find = new SqliteStatement(handle, "SELECT seq, token, body_hash, received_at FROM dedupe WHERE run = ?1 AND key = ?2");
        _removeRun = new SqliteStatement(handle, "DELETE FROM dedupe_run WHERE run = ?1");
        _removeIds = new SqliteStatement(handle, $"DELETE FROM dedupe WHERE run = ?1 AND key IN (SELECT key FROM dedupe WHERE run = ?1 LIMIT {RemovedAtOnce})");
        _seed = ReadSeed();
        _watermark = ReadRuns(handle);
        _recent = new IdTable(idsPerRun);
        ReadRecent(handle);
        Committed();
    }

    /// <summary>The key of an event; valid until the next one is asked for.</summary>
    public EventKey KeyOf(string source, string eventId) => EventKey.Write(source, eventId, _seed, _key);

    /// <summary>Finds the first event with this key.</summary>
    public bool TryFind(EventKey key, out KnownEvent known)
    {
        if (_recent.TryFind(key, out known) || _making is not null && _making.Ids.TryFind(key, out known))
        {
            return true;
        }

        foreach (var run in _filters.MayContain(key.Hash))
        {
            if (TryFind(run, key, out known))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Remembers an event that this transaction stores. An older one with the same key is forgotten.</summary>
    public void Add(EventKey key, in KnownEvent known) => _recent.Add(key, known);

    /// <summary>A place in this transaction to which <see cref="UndoTo"/> goes back.</summary>
    public int Mark => _recent.Count;

    /// <summary>Forgets what was added since.</summary>
    public void UndoTo(int mark) => _recent.TruncateTo(mark);

    /// <summary>Does a little of what is to be done on disk, at the end of the transaction.</summary>
    /// <param name="ids">How many ids to write at most.</param>
    /// <param name="now">What is older than the window by then is removed.</param>
    public void MoveOn(int ids, DateTimeOffset now)
    {
        if (_making is { IsReady: true } run)
        {
            Write(run, ids);
        }
        else if (_removed.TryPeek(out var number))
        {
            if (_removeIds.Bind(1, number).Change() == 0)
            {
                _removed.Dequeue();
            }
        }
        else if (_runs.TryPeek(out var oldest) && oldest.NewestAt < (now - InboxEvent.DefaultDedupeWindow).ToUnixTimeMilliseconds())
        {
            _removeRun.Bind(1, oldest.Number).Run();
            _meta.Set(ForgottenKey, oldest.LastSeq);
            _isOldestRemoved = true;
        }
    }

    /// <summary>The transaction is on disk.</summary>
    public void Committed()
    {
        if (_isOldestRemoved)
        {
            _removed.Enqueue(_runs.Dequeue().Number);
            _filters.RemoveOldest();
            _isOldestRemoved = false;
        }

        _making?.Committed();
        if (_isMade)
        {
            _runs.Enqueue(new StoredRun(_making!.Number, LastSeq(_making.Ids), NewestAt(_making.Ids)));
            _filters.Add(_making.Number, _making.Filter);
            _spare = _making.Ids;
            _spare.Clear();
            (_making, _isMade) = (null, false);
        }

        if (_making is null && _recent.Count >= _idsPerRun)
        {
            _making = new IdRun(++_lastRun, _recent, _idsPerRun);
            _recent = _spare ?? new IdTable(_idsPerRun);
            _spare = null;
        }

        _mark = _recent.Count;
    }

    /// <summary>Nothing of the transaction is on disk.</summary>
    public void RolledBack()
    {
        UndoTo(_mark);
        _making?.RolledBack();
        (_isMade, _isOldestRemoved) = (false, false);
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _insert, _insertRun, _find, _removeRun, _removeIds })
        {
            statement.Dispose();
        }
    }

    private bool TryFind(long run, EventKey key, out KnownEvent known)
    {
        var found = _find.Bind(1, run).Bind(2, key.Bytes).Step();
        known = found ? new KnownEvent(_find.Integer(0), _find.Integer(1), _find.Integer(2), _find.Integer(3)) : default;
        _find.Reset();
        return found;
    }

    private void Write(IdRun run, int count)
    {
        foreach (var index in run.Next(count))
        {
            // Of several entries with one key the newest comes first, and the others are ignored.
            var known = run.Ids.Known(index);
            _insert.Bind(1, run.Number).Bind(2, run.Ids.Key(index)).Bind(3, known.Seq).Bind(4, known.Token).Bind(5, known.BodyHash).Bind(6, known.ReceivedAt).Run();
        }

        if (run.IsWritten)
        {
            _insertRun.Bind(1, run.Number).Bind(2, LastSeq(run.Ids)).Bind(3, NewestAt(run.Ids)).Bind(4, run.Filter.Bytes).Run();
            _isMade = true;
        }
    }

    private static long LastSeq(IdTable ids) => ids.Known(ids.Count - 1).Seq;

    private static long NewestAt(IdTable ids)
    {
        var newest = long.MinValue;
        for (var i = 0; i < ids.Count; i++)
        {
            newest = Math.Max(newest, ids.Known(i).ReceivedAt);
        }

        return newest;
    }

    private long ReadSeed()
    {
        if (_meta.Read(SeedKey) is { } made)
        {
            return made;
        }

        var seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        _meta.Set(SeedKey, seed);
        return seed;
    }

    /// <summary>Reads the runs that are complete, and finds what is left of others.</summary>
    /// <returns>The last event whose id is in a run.</returns>
    private long ReadRuns(sqlite3 handle)
    {
        var watermark = _meta.Read(ForgottenKey) ?? 0;
        using var runs = new SqliteStatement(handle, "SELECT run, last_seq, newest_at FROM dedupe_run ORDER BY run");
        while (runs.Step())
        {
            var run = new StoredRun(runs.Integer(0), runs.Integer(1), runs.Integer(2));
            _runs.Enqueue(run);
            (_lastRun, watermark) = (run.Number, Math.Max(watermark, run.LastSeq));
        }

        using var filter = new SqliteStatement(handle, "SELECT filter FROM dedupe_run WHERE run = ?1");
        foreach (var run in _runs)
        {
            filter.Bind(1, run.Number).Step();
            var bytes = filter.BlobSpan(0);
            _filters.Add(run.Number, bytes.IsEmpty ? MakeFilter(handle, run.Number) : IdFilter.Read(bytes));
            filter.Reset();
        }

        // Those whose writing or whose removal was cut off. One look-up for each run, not a walk through all ids.
        var complete = _runs.Select(static run => run.Number).ToHashSet();
        using var next = new SqliteStatement(handle, "SELECT run FROM dedupe WHERE run > ?1 ORDER BY run LIMIT 1");
        var number = 0L;
        while (next.Bind(1, number).Step())
        {
            var found = next.Integer(0);
            next.Reset();
            number = found > number ? found : throw new InvalidDataException("The ids that are known are out of order.");
            if (!complete.Contains(number))
            {
                _removed.Enqueue(number);
                _lastRun = Math.Max(_lastRun, number);
            }
        }

        return watermark;
    }

    /// <summary>Makes the filter of a run anew: that of an older version had another form.</summary>
    private IdFilter MakeFilter(sqlite3 handle, long run)
    {
        var hashes = new List<ulong>();
        using var ids = new SqliteStatement(handle, "SELECT key FROM dedupe WHERE run = ?1");
        ids.Bind(1, run);
        while (ids.Step())
        {
            hashes.Add(EventKey.Of(ids.BlobSpan(0), _seed).Hash);
        }

        var filter = new IdFilter(hashes.Count, _idsPerRun);
        foreach (var hash in hashes)
        {
            filter.Add(hash);
        }

        using var keep = new SqliteStatement(handle, "UPDATE dedupe_run SET filter = ?2 WHERE run = ?1");
        keep.Bind(1, run).Bind(2, filter.Bytes).Run();
        return filter;
    }

    private void ReadRecent(sqlite3 handle)
    {
        using var events = new SqliteStatement(handle, "SELECT seq, token, source, event_id, received_at, body_sha256 FROM event WHERE seq > ?1 ORDER BY seq");
        events.Bind(1, _watermark);
        while (events.Step())
        {
            var source = events.BlobSpan(2);
            var eventId = events.BlobSpan(3);
            var hash = events.BlobSpan(5);
            var length = source.Length + 1 + eventId.Length;
            if (length > _key.Length || hash.Length < sizeof(long))
            {
                continue; // damaged: no delivery has such an id, and one bad row must not keep the inbox shut
            }

            source.CopyTo(_key);
            _key[source.Length] = 0;
            eventId.CopyTo(_key.AsSpan(source.Length + 1));
            var known = new KnownEvent(events.Integer(0), events.Integer(1), BitConverter.ToInt64(hash), events.Integer(4));
            _recent.Add(EventKey.Of(_key.AsSpan(0, length), _seed), known);
        }
    }

    private sealed record StoredRun(long Number, long LastSeq, long NewestAt);
}
