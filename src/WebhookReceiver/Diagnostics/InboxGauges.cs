using System.Diagnostics.Metrics;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Diagnostics;

/// <summary>
/// What the gauges of the inbox show. All of them show the same counts, and these are taken at most once a second: one scrape asks the
/// inbox once, and so do several that come together. Safe from any thread.
/// </summary>
internal sealed class InboxGauges(IInboxStore store, TimeProvider clock)
{
    /// <summary>How long counts are shown.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private InboxCounts? _counts;
    private long _countedAt;

    /// <summary>Events by state.</summary>
    public IEnumerable<Measurement<long>> Events() => Counts() is { } counts
        ? counts.ByState.Select(static pair => new Measurement<long>(pair.Value, new KeyValuePair<string, object?>("webhook.state", pair.Key.Name())))
        : [];

    /// <summary>Open work that is gone.</summary>
    public IEnumerable<Measurement<long>> Unaccounted() => Counts() is { } counts ? [new Measurement<long>(counts.Unaccounted)] : [];

    /// <summary>Events that are gone because their time was up.</summary>
    public IEnumerable<Measurement<long>> Purged() => Counts() is { } counts ? [new Measurement<long>(counts.Purged)] : [];

    /// <summary>How long work waits.</summary>
    public IEnumerable<Measurement<double>> BacklogAge() => Counts() is { } counts ? [new Measurement<double>(counts.BacklogAge(clock.GetUtcNow()).TotalSeconds)] : [];

    /// <summary>What is free on the disk.</summary>
    public IEnumerable<Measurement<long>> FreeSpace() => store.Space is { } space ? [new Measurement<long>(space.Available)] : [];

    /// <returns><see langword="null"/> if the inbox cannot be read: a gap is the truth then, and must not take the other metrics with it.</returns>
    private InboxCounts? Counts()
    {
        lock (_gate)
        {
            if (_counts is null || clock.GetElapsedTime(_countedAt) >= MaxAge)
            {
                try
                {
                    // An instrument is asked by a method that waits: the reader works on another thread meanwhile.
                    (_counts, _countedAt) = (store.Reader.CountAsync(CancellationToken.None).GetAwaiter().GetResult(), clock.GetTimestamp());
                }
#pragma warning disable CA1031 // Whatever a database that is away throws.
                catch (Exception)
#pragma warning restore CA1031
                {
                    _counts = null;
                }
            }

            return _counts;
        }
    }
}
