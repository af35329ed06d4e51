using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace WebhookReceiver;

/// <summary>
/// Goes once the way of a first event, beside the start and with nothing that is configured: the code that is compiled and the libraries that are
/// loaded for it need not be when the first delivery waits for them. It touches no file, no network and nothing that the program counts or keeps.
/// </summary>
internal static class StartRehearsal
{
    private static int _hasBegun;

    /// <summary>
    /// Begins it on a thread of its own, once in a process. A single processor would only do the same work in another order, and what is not needed
    /// of it besides.
    /// </summary>
    public static void Begin()
    {
        if (Environment.ProcessorCount > 1 && Interlocked.Exchange(ref _hasBegun, 1) == 0)
        {
            new Thread(RunQuietly) { IsBackground = true, Name = "Start rehearsal" }.Start();
        }
    }

    /// <summary>Goes the whole way.</summary>
    /// <returns>The events that it came to.</returns>
    public static InboxEvent[] Run()
    {
        RehearseDatabase();
        var (source, secret) = RehearseSource();
        return RehearseDelivery(source, secret);
    }

    private static void RunQuietly()
    {
        try
        {
            _ = Run();
        }
#pragma warning disable CA1031 // Whatever it is, the start itself comes to it as well, and says so.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static void RehearseDatabase()
    {
        Batteries_V2.Init();
        SqliteLogVfs.Register();
        SqliteException.ThrowExceptionForRC(
            raw.sqlite3_open_v2(":memory:", out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | raw.SQLITE_OPEN_MEMORY, vfs: null), handle);
        using (handle)
        {
            SqliteGuards.Set(handle);
            SqliteException.ThrowExceptionForRC(raw.sqlite3_exec(handle, SqliteSchema.Create), handle);
            _ = SqliteSchemaCheck.Changed(handle);
            using var insert = new SqliteStatement(handle, "INSERT INTO handler(id, source, type, name) VALUES (?1, ?2, ?3, ?4)");
            insert.Bind(1, 1).Bind(2, "source").Bind(3, "type").Bind(4, "name").Run();
        }
    }

    private static (WebhookSource Source, byte[] Secret) RehearseSource()
    {
        var secret = RandomNumberGenerator.GetHexString(64, lowercase: true);
        KeyValuePair<string, WebhookSourceOptions>[] sources = [new(WebhookReceiverOptions.DefaultSourceName, new() { Sender = "hmac-sha256", Secrets = { new() { Value = secret } } })];
        var compiled = SourceCompiler.Compile(sources, publicBaseUrl: null, contentRoot: "", []);
        _ = SourceCompiler.Warnings(compiled, sources).Count();
        return (compiled[WebhookReceiverOptions.DefaultSourceName], System.Text.Encoding.ASCII.GetBytes(secret));
    }

    private static InboxEvent[] RehearseDelivery(WebhookSource source, byte[] secret)
    {
        var body = """{"event":"rehearsal","data":{"text":"a","number":1.5,"list":[true,null]}}"""u8.ToArray();
        using var delivery = new Delivery
        {
            Source = source,
            Method = HttpMethods.Post,
            Body = body,
            Format = ContentTypes.FormatOf("application/json", source.Plan.Definition),
            ContentType = "application/json",
            Headers = new HeaderDictionary { ["X-Signature-256"] = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, body)) },
            Query = "",
            ArrivedAt = DateTimeOffset.UnixEpoch,
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
        _ = HandshakeResponder.TryAnswer(delivery, isVerified: false);
        var verdict = SignatureVerifier.Verify(delivery);
        _ = HandshakeResponder.TryAnswer(delivery, isVerified: true);
        var envelopes = new EnvelopeReader(new(static () => new WebhookEnvelopeValidator()));
        return verdict.IsVerified
            && envelopes.TryRead(delivery, SHA256.HashData(body), verdict.SchemeIndex, verdict.SignedAt, verdict.KeyIndex, out var events, out _)
            ? events!
            : [];
    }
}
