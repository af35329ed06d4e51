namespace WebhookReceiver.Inbox;

/// <summary>
/// Searches the inbox from the newest event to the oldest, a stretch at a time: where few events are as they should be, the way to them is long, and whoever asks the inbox something else
/// comes in between. A search that takes too long ends where it is.
/// </summary>
internal static class EventSearch
{
    /// <summary>How long a search goes on; it ends with the stretch in which that is over, and has one at least.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    /// <summary>How many numbers the first stretch has, and any at least. The next one has twice as many, until one takes long.</summary>
    public const long FirstStretch = 10_000;

    private static readonly TimeSpan LongStretch = TimeSpan.FromMilliseconds(100);

    /// <param name="reader">The inbox.</param>
    /// <param name="filter">What is searched, and how many at most.</param>
    /// <param name="clock">Measures the time.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<FoundEvents> FindAsync(IInboxReader reader, EventFilter filter, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await reader.FindBoundsAsync(cancellationToken).ConfigureAwait(false) is not { } bounds)
        {
            return new FoundEvents([], null);
        }

        var found = new List<EventRow>();
        var (before, length) = (Math.Min(filter.BeforeSeq ?? long.MaxValue, bounds.Newest + 1), FirstStretch);
        for (var started = clock.GetTimestamp(); before > bounds.Oldest;)
        {
            var (from, began) = (Math.Max(before - length, bounds.Oldest), clock.GetTimestamp());

            // One more than is wanted says whether there is another one.
            var stretch = filter with { BeforeSeq = before, FromSeq = from, Limit = filter.Limit + 1 - found.Count };
            found.AddRange(await reader.ListAsync(stretch, cancellationToken).ConfigureAwait(false));
            if (found.Count > filter.Limit)
            {
                found.RemoveAt(filter.Limit);
                return new FoundEvents(found, found[^1].Seq);
            }

            before = from;
            if (clock.GetElapsedTime(started) >= TimeLimit)
            {
                break;
            }

            // It may have been waiting for its turn that took so long: then a shorter one would be no quicker.
            length = clock.GetElapsedTime(began) < LongStretch ? 2 * length : Math.Max(length / 2, FirstStretch);
        }

        return new FoundEvents(found, before > bounds.Oldest ? before : null);
    }
}

/// <summary>What a search has found.</summary>
/// <param name="Events">Newest first.</param>
/// <param name="Next">The <see cref="EventFilter.BeforeSeq"/> with which it goes on; <see langword="null"/> where it has come to the end.</param>
internal sealed record FoundEvents(IReadOnlyList<EventRow> Events, long? Next);
