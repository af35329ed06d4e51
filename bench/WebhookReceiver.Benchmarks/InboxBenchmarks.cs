using System.Globalization;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;

namespace WebhookReceiver.Benchmarks;

/// <summary>One 1 KiB event through the SQLite inbox: stored and flushed, then completed. The time is that of one event of a batch that is sent at once.</summary>
[MemoryDiagnoser]
public class InboxBenchmarks
{
    private const int Events = 64;

    private static readonly byte[] Body = RandomNumberGenerator.GetBytes(1024);
    private static readonly byte[] Digest = SHA256.HashData(Body);

    private readonly string _directory = Directory.CreateTempSubdirectory("webhook-receiver-bench").FullName;
    private SqliteInboxStore _store = null!;
    private readonly Random _random = new(1);
    private long _last;

    [Params(1, Events)]
    public int AtOnce { get; set; }

    [Params(false, true)]
    public bool RandomIds { get; set; }

    [GlobalSetup]
    public Task SetUpAsync()
    {
        _store = new SqliteInboxStore(new SqliteInboxOptions
        {
            Path = Path.Combine(_directory, "inbox.db"),
            Handlers = [new HandlerIdentity("", "new_order", "Handler")],
            OnFailed = static error => throw new InvalidOperationException("The inbox failed.", error),
        });
        return _store.OpenAsync(CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public async Task AppendAndComplete()
    {
        for (var sent = 0; sent < Events; sent += AtOnce)
        {
            var round = new Task[AtOnce];
            for (var i = 0; i < AtOnce; i++)
            {
                round[i] = AppendAndCompleteAsync(NewEvent());
            }

            await Task.WhenAll(round);
        }
    }

    private async Task AppendAndCompleteAsync(InboxEvent stored)
    {
        if (await _store.AppendAsync(new InboxDelivery([stored], [[1]], BornRunning: true)) != AppendStatus.Committed)
        {
            throw new InvalidOperationException("An event was not stored.");
        }

        var item = new WorkItem(stored, Handler: 1, Generation: 0, Attempt: 1, Epoch: 1);
        _store.Complete(new WorkCompletion(item, AttemptOutcome.Succeeded, stored.ReceivedAt, stored.ReceivedAt), static (_, _) => { });
    }

    private InboxEvent NewEvent()
    {
        _last++;
        return new InboxEvent
        {
            Source = "default",
            EventId = RandomIds ? $"{_random.NextInt64():x16}{_random.NextInt64():x16}" : _last.ToString("D20", CultureInfo.InvariantCulture),
            Type = "new_order",
            ReceivedAt = DateTimeOffset.UnixEpoch.AddSeconds(_last),
            ContentType = "application/json",
            Headers = "X-Event-Id: 1\n",
            Body = Body,
            BodySha256 = Digest,
            Data = DataLocation.Json(0, Body.Length),
            SecretIndex = 0,
        };
    }
}
