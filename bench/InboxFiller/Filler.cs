using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;

namespace InboxFiller;

/// <summary>Stores events under random ids, many at once, so that each commit takes a full batch.</summary>
internal sealed class Filler : IAsyncDisposable
{
    private const int AtOnce = 1024;
    private const string BeforeData = """{"event":"new_order","data":""";

    // The handler of the receiver that is measured.
    private static readonly HandlerIdentity Handler = new("", "new_order", "NewOrderHandler");

    private readonly SqliteInboxStore _store;
    private readonly bool _isPending;
    private readonly int _bodyBytes;
    private readonly TimeProvider _clock;
    private readonly int[][] _handlers;
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left;
    private int _uncompleted;

    private Filler(SqliteInboxStore store, bool isPending, int bodyBytes, TimeProvider clock)
    {
        (_store, _isPending, _bodyBytes, _clock) = (store, isPending, bodyBytes, clock);
        _handlers = [[store.NumberOf(Handler)]];
    }

    public static async Task<Filler> OpenAsync(string path, bool isPending, int bodyBytes, TimeProvider clock)
    {
        var store = new SqliteInboxStore(new SqliteInboxOptions { Path = path, Handlers = [Handler], Clock = clock });
        await store.OpenAsync(CancellationToken.None);
        return new Filler(store, isPending, bodyBytes, clock);
    }

    public async Task FillAsync(int count)
    {
        if (count == 0)
        {
            return;
        }

        _left = _uncompleted = count;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(number => Task.Run(() => FillAsync(new Random(number)))));
        await _completed.Task;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task FillAsync(Random random)
    {
        while (Interlocked.Decrement(ref _left) is >= 0 and var number)
        {
            var stored = NewEvent(number, random);
            var status = await _store.AppendAsync(new InboxDelivery([stored], _handlers, BornRunning: !_isPending));
            if (status != AppendStatus.Committed || stored.IsDuplicate)
            {
                throw new InvalidOperationException($"An event was not stored: {status}.");
            }

            if (_isPending)
            {
                Count();
            }
            else
            {
                var now = _clock.GetUtcNow();
                var item = new WorkItem(stored, _handlers[0][0], Generation: 0, Attempt: 1, Epoch: 1);
                _store.Complete(new WorkCompletion(item, AttemptOutcome.Succeeded, now, now), Recorded);
            }
        }
    }

    private void Recorded(WorkCompletion completion, CompletionStatus status)
    {
        if (status == CompletionStatus.Recorded)
        {
            Count();
        }
        else
        {
            _completed.TrySetException(new InvalidOperationException($"An attempt was not recorded: {status}."));
        }
    }

    private void Count()
    {
        if (Interlocked.Decrement(ref _uncompleted) == 0)
        {
            _completed.TrySetResult();
        }
    }

    private InboxEvent NewEvent(int number, Random random)
    {
        var eventId = $"{random.NextInt64():x16}{random.NextInt64():x16}";
        var order = string.Create(
            CultureInfo.InvariantCulture, $$"""{"order_id":"{{number:D12}}","customer_name":"Zoë Müller","total_amount":129.90,"note":""}""");
        var padding = Math.Max(0, _bodyBytes - Encoding.UTF8.GetByteCount(BeforeData) - Encoding.UTF8.GetByteCount(order) - 1);
        var data = Encoding.UTF8.GetBytes(order.Insert(order.Length - 2, new string('x', padding)));
        byte[] body = [.. Encoding.UTF8.GetBytes(BeforeData), .. data, (byte)'}'];
        return new InboxEvent
        {
            Source = "default",
            EventId = eventId,
            Type = "new_order",
            ReceivedAt = _clock.GetUtcNow(),
            ContentType = "application/json",
            Headers = $"X-Event-Id: {eventId}\n",
            Body = body,
            BodySha256 = SHA256.HashData(body),
            Data = DataLocation.Json(BeforeData.Length, data.Length),
            SecretIndex = 0,
        };
    }
}
