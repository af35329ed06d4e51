using System.Text;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

/// <summary>Bits that a disk has turned over, anywhere in the file: no event is handled with a body that did not arrive, whatever else becomes of the inbox.</summary>
public sealed class SqliteDamageTests : IDisposable
{
    private const int Events = 120;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task FlippedBits_InAnyPage_AreNeverHandledAsABody(int seed)
    {
        const int Copies = 25, Flips = 6;
        var original = _directory.File("inbox.db");
        await FillAsync(original);
        var bytes = await File.ReadAllBytesAsync(original, TestContext.Current.CancellationToken);
        var random = new Random(seed);
        var (found, refused, handled) = (0, 0, 0);
        for (var i = 0; i < Copies; i++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var flip = 0; flip < Flips; flip++)
            {
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            }

            var path = _directory.File($"damaged{i}.db");
            await File.WriteAllBytesAsync(path, damaged, TestContext.Current.CancellationToken);
            found += IsSound(path) ? 0 : 1;
            var count = await HandleAsync(path);
            (refused, handled) = (refused + (count < 0 ? 1 : 0), handled + Math.Max(count, 0));
        }

        Assert.True(found > Copies / 2, $"Of {Copies} damaged files {found} were found.");
        Assert.True(handled > Events, $"Of {Copies} damaged files {refused} were refused, and of the others {handled} events were handled.");
    }

    /// <summary>The body of an event, which only this event has.</summary>
    private static string BodyOf(int i) => $$"""{"event":"new_order","data":{"n":{{i}},"text":"{{new string((char)('a' + (i % 26)), 200)}}"} }""";

    private static async Task FillAsync(string path)
    {
        await using var store = await OpenAsync(path);
        for (var i = 0; i < Events; i++)
        {
            await store.AppendAsync(TestEvents.Delivery(TestEvents.New($"e{i}", body: BodyOf(i)), false, 1));
        }
    }

    private static bool IsSound(string path)
    {
        try
        {
            return SqliteInspection.Inspect(path).IsSound;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    /// <returns>How many events have the body that arrived; -1 if the inbox is refused.</returns>
    private static async Task<int> HandleAsync(string path)
    {
        try
        {
            await using var store = await OpenAsync(path);
            var intact = 0;
            for (var claims = 0; await store.ClaimAsync(50, TestEvents.Start.AddYears(100)) is { Count: > 0 } claimed; claims++)
            {
                Assert.True(claims < Events, "Work is claimed again and again.");
                foreach (var item in claimed)
                {
                    if (item.Event.CheckBody() == BodyState.Stored)
                    {
                        Assert.Contains(Encoding.UTF8.GetString(item.Event.Body), Enumerable.Range(0, Events).Select(BodyOf));
                        intact++;
                    }
                }
            }

            _ = await store.Reader.ListAsync(new EventFilter(null, null, null, 200, null), TestContext.Current.CancellationToken);
            return intact;
        }
        catch (Exception error) when (error is InboxException or SqliteException)
        {
            return -1;
        }
    }

    private static async Task<SqliteInboxStore> OpenAsync(string path)
    {
        var store = new SqliteInboxStore(new SqliteInboxOptions { Path = path, Handlers = [new("", "new_order", "First")] });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        return store;
    }
}
