namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>
/// One walk through the inbox after another, to find what is past its time: the walk reads, slice by slice, and the writer removes what was found. Walks over the work alone, whose
/// rows are narrow. Bodies are looked for by when their events ended, since the walk before: so an event that waited for a person for a month is found
/// as the others are, and those whose bodies are gone are not looked at again.
/// </summary>
/// <remarks>Not thread-safe: one caller at a time.</remarks>
internal sealed class SqlitePurgePass(SqliteInboxReader reader, Func<Func<SqliteInboxSession, PurgeSlice>, ValueTask<PurgeSlice>> write)
{
    /// <summary>Until when the bodies of what ended are gone.</summary>
    public const string BodiesKey = "bodies_purged_to";

    public const int MaxEvents = 1_000;

    /// <summary>How many numbers one query walks over.</summary>
    private const int SeqsPerQuery = 20_000;

    private const int MaxAuditLines = 1_000;

    private RetentionLimits? _limits;
    private long? _bodiesFrom;
    private long _after;
    private bool _hasRemovedBodies;

    public async ValueTask<PurgeSlice> NextAsync(RetentionLimits limits)
    {
        if (_limits is null)
        {
            _bodiesFrom ??= await reader.ReadMetaAsync(BodiesKey).ConfigureAwait(false) ?? 0;

            // A clock that was ahead must not hide what has ended since.
            _bodiesFrom = _bodiesFrom > limits.BodiesBefore.ToUnixTimeMilliseconds() ? 0 : _bodiesFrom;
            (_limits, _after, _hasRemovedBodies) = (limits, 0, false);
        }

        var found = await reader.FindPastAsync(_after, SeqsPerQuery, MaxEvents, _limits, _bodiesFrom!.Value).ConfigureAwait(false);
        if (found is null)
        {
            return await EndAsync(_limits).ConfigureAwait(false);
        }

        if (found.Events.Count == 0)
        {
            _after = found.LookedAtTo;
            return new PurgeSlice(PurgeStatus.More);
        }

        var (pass, reached) = (_limits, found.LookedAtTo);
        var slice = await write(session =>
        {
            reached = found.LookedAtTo;
            return session.Purge(found.Events, pass, ref reached);
        }).ConfigureAwait(false);
        _after = reached;
        _hasRemovedBodies |= slice.Bodies > 0;
        return slice;
    }

    private async ValueTask<PurgeSlice> EndAsync(RetentionLimits limits)
    {
        if (await reader.OldestAuditAsync().ConfigureAwait(false) is { } oldest && oldest < limits.AuditBefore.ToUnixTimeMilliseconds())
        {
            await write(session => session.PurgeAudit(MaxAuditLines, limits.AuditBefore)).ConfigureAwait(false);
            return new PurgeSlice(PurgeStatus.More);
        }

        var to = limits.BodiesBefore.ToUnixTimeMilliseconds();
        if (_hasRemovedBodies)
        {
            await write(session =>
            {
                session.SetMeta(BodiesKey, to);
                return new PurgeSlice(PurgeStatus.Done);
            }).ConfigureAwait(false);
        }

        (_limits, _bodiesFrom) = (null, to);
        return new PurgeSlice(PurgeStatus.Done);
    }
}

/// <summary>What a query found past its time.</summary>
/// <param name="Events">By their numbers, rising.</param>
/// <param name="LookedAtTo">All up to this number was looked at.</param>
internal sealed record PastEvents(IReadOnlyList<PastEvent> Events, long LookedAtTo);

/// <summary>An event past its time.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="IsWhole">Whether the event itself is, and not its body alone.</param>
internal readonly record struct PastEvent(long Seq, bool IsWhole);
