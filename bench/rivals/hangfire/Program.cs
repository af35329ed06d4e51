// ASP.NET Core in front of Hangfire on PostgreSQL: the event is a job in the database before the answer, and a worker in the same process
// handles it.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hangfire;
using Hangfire.PostgreSql;
using HangfireReceiver;

const string Prefix = "sha256=";

// Enqueue blocks its thread until the database has committed, so the pool starts with more than wait at a time.
ThreadPool.SetMinThreads(200, 200);

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var key = Encoding.UTF8.GetBytes(builder.Configuration["Secret"] ?? throw new InvalidOperationException("Secret is not set."));
builder.Services.AddHangfire(hangfire => hangfire
    .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
    .UseSimpleAssemblyNameTypeSerializer()
    .UseRecommendedSerializerSettings()
    .UsePostgreSqlStorage(
        storage => storage.UseNpgsqlConnection(builder.Configuration["Database"]),
        new PostgreSqlStorageOptions
        {
            QueuePollInterval = TimeSpan.FromMilliseconds(100), // 15 s by default
            EnableLongPolling = false, // NOTIFY would let commits go one by one
            EnableTransactionScopeEnlistment = false,
            UseSlidingInvisibilityTimeout = true,
        }));
builder.Services.AddHangfireServer(server => server.WorkerCount = 60); // 10 by default on two cores; they wait for commits
builder.Services.AddSingleton<NewOrderHandler>();
var app = builder.Build();

app.MapPost("/webhook", async (HttpContext context, IBackgroundJobClientV2 jobs) =>
{
    var body = new byte[context.Request.ContentLength ?? throw new BadHttpRequestException("A length is needed.")];
    await context.Request.Body.ReadExactlyAsync(body);
    if (!IsVerified(context.Request.Headers["X-Signature-256"].ToString(), body))
    {
        return Results.Unauthorized();
    }

    var order = JsonSerializer.Deserialize<Envelope>(body)!.Data;
    jobs.Enqueue<NewOrderHandler>(handler => handler.Handle(order));
    return Results.Ok();
});

app.MapGet("/handled", (NewOrderHandler handler) => handler.Handled);
app.MapGet("/stats", (NewOrderHandler handler) =>
{
    var counts = JobStorage.Current.GetMonitoringApi().GetStatistics();
    var open = counts.Enqueued + counts.Processing + counts.Scheduled + counts.Failed;
    return Results.Json(new { open, handled = handler.Handled });
});

await app.RunAsync();

bool IsVerified(string header, byte[] body)
{
    Span<byte> claimed = stackalloc byte[SHA256.HashSizeInBytes];
    return header.StartsWith(Prefix, StringComparison.Ordinal)
        && Convert.FromHexString(header.AsSpan(Prefix.Length), claimed, out _, out var written) == System.Buffers.OperationStatus.Done
        && written == claimed.Length
        && CryptographicOperations.FixedTimeEquals(claimed, HMACSHA256.HashData(key, body));
}
