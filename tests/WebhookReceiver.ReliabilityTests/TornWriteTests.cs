using System.Collections.Concurrent;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.ReliabilityTests.Disk;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// Every write and flush of a receiver under load is recorded in its order, with the moment at which each answer begins. From that are made the disks that a cut of the
/// power could leave at any point: with all, with nothing, or with any part of what was not flushed. From each the real store opens, whole, with all that was answered.
/// </summary>
public sealed class TornWriteTests(ITestOutputHelper output)
{
    private const int Connections = 8;
    private const int Events = 4000;

    private static readonly int[] Sizes = [0, 900, 8000, 120, 3000, 400, 16_000, 50];
    private static readonly CrashLoss[] Losses = [CrashLoss.All, CrashLoss.Blocks, CrashLoss.Sectors, CrashLoss.Blocks, CrashLoss.Nothing, CrashLoss.Sectors];

    [Fact(Explicit = true)]
    public async Task Open_AfterAnyWriteWithAnyPartOfWhatWasNotFlushed_HasWhatWasAnswered()
    {
        var entries = await RecordAsync();
        var figures = new Figures("F06", "any part of what was not flushed is lost or torn, at any write");
        var images = Trials.Of(600, 6000);
        var (missing, problems) = Check(entries, images);

        (figures.Trials, figures.Events, figures.Lost) = (images, entries.Count(static entry => entry.Answered is not null), missing);
        output.WriteLine($"{entries.Count} entries, {figures.Events} answers");
        Assert.Empty(problems);
        figures.PublishAndCheck();

        // The control: were the flushes not there, what was answered would be lost, or nothing could be opened.
        var control = Check([.. entries.Where(static entry => entry.Kind != DiskEntryKind.FlushEnded)], 12);
        Assert.True(control.Missing > 0 && control.Problems.Count > 0, "Nothing is lost without a flush: this proves nothing.");
    }

    private static async Task<List<DiskEntry>> RecordAsync()
    {
        using var directory = new DataDirectory();
        using var disk = new FaultyDisk(directory.Inbox, record: Path.Combine(directory.Path, "record"));
        var ledger = new Ledger();
        await using (var host = await HostProcess.StartAsync(directory, disk.Settings(new Dictionary<string, string> { ["AcksFile"] = directory.Inbox + "-acks" })))
        {
            using var client = new LoadClient(ledger, Sizes);
            using var stop = new CancellationTokenSource();
            var load = client.RunAsync(host.Webhook, "torn", Connections, stop.Token);
            await ledger.UntilAnsweredAsync(Events);
            await host.KillAsync();
            await stop.CancelAsync();
            await load;
        }

        var entries = DiskEntry.Read(Path.Combine(directory.Path, "record"));
        Assert.True(ledger.Receipts.Keys.ToHashSet(StringComparer.Ordinal).IsSubsetOf(entries.Select(static entry => entry.Answered!)), "An answer was sent that is not in the record.");
        Assert.Contains(entries, static entry => entry is { Kind: DiskEntryKind.FlushEnded, File: DiskFiles.Log });

        // The log was copied into the database at least once, and begun anew.
        var last = entries.FindLastIndex(static entry => entry is { Kind: DiskEntryKind.FlushEnded, File: DiskFiles.Database });
        Assert.True(last > entries.FindIndex(static entry => entry.Answered is not null), "No checkpoint was recorded.");
        return entries;
    }

    /// <returns>How many answered events are missing, over all images; what does not open, or is not whole.</returns>
    private static (int Missing, IReadOnlyCollection<string> Problems) Check(List<DiskEntry> entries, int images)
    {
        var missing = 0;
        var problems = new ConcurrentQueue<string>();
        var first = entries.FindIndex(static entry => entry.Answered is not null);
        Parallel.ForEach(
            Partitioner.Create(Images(entries, first, images), EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = 2 },
            image =>
            {
                using (image.Directory)
                {
                    try
                    {
                        Interlocked.Add(ref missing, Missing(image.Directory.Inbox, image.Answered));
                    }
                    catch (Exception error) when (error is InboxException or Microsoft.Data.Sqlite.SqliteException or Xunit.Sdk.XunitException)
                    {
                        problems.Enqueue($"{image.Name}: {error.Message}");
                    }
                }
            });
        return (missing, problems);
    }

    private static IEnumerable<(string Name, DataDirectory Directory, HashSet<string> Answered)> Images(List<DiskEntry> entries, int first, int count)
    {
        var random = new Random(1);
        var disk = new CrashDisk();
        var made = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            disk.Apply(entries[i]);

            // Evenly over the record.
            while (i >= first && made < count && i - first >= (long)made * (entries.Count - first) / count)
            {
                var loss = Losses[made++ % Losses.Length];
                var directory = new DataDirectory();
                disk.Write(directory.Inbox, loss, random);
                yield return ($"entry {i}, lost: {loss}", directory, new HashSet<string>(disk.Answered, StringComparer.Ordinal));
            }
        }
    }

    private static int Missing(string inbox, HashSet<string> answered)
    {
        using (var store = new OpenStore(inbox))
        {
            using var file = new InboxFile(inbox);
            file.AssertIsIntact();
            file.AssertBodiesAreIntact();
            return answered.Except(file.EventIds()).Count();
        }
    }

    /// <summary>The product's own way to open what a crash has left.</summary>
    private sealed class OpenStore : IDisposable
    {
        private readonly SqliteInboxStore _store;

        public OpenStore(string inbox)
        {
            _store = new SqliteInboxStore(new SqliteInboxOptions { Path = inbox, Handlers = [new HandlerIdentity("", SignedEvents.Type, "Handler")] });
            _store.OpenAsync(CancellationToken.None).GetAwaiter().GetResult();
        }

        public void Dispose() => _store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
