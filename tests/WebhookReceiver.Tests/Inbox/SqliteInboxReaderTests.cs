using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

public sealed class SqliteInboxReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Dispose_WhileOthersRead_LetsThemEndAndTellsThoseWhoComeAfter()
    {
        var path = _directory.File("inbox.db");
        await using var store = new SqliteInboxStore(new SqliteInboxOptions { Path = path, Handlers = [] });
        await store.OpenAsync(TestContext.Current.CancellationToken);
        for (var round = 0; round < 20; round++)
        {
            var reader = new SqliteInboxReader(path);
            var reads = Enumerable.Range(0, 4).Select(async _ =>
            {
                while (true)
                {
                    await reader.ListAsync(new EventFilter(null, null, null, 10, null), TestContext.Current.CancellationToken);
                }
            }).ToArray();

            reader.Dispose();

            foreach (var read in reads)
            {
                await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
            }
        }
    }
}
