using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Benchmarks;

/// <summary>From a verified body to the event: strict JSON, the sender's map, the rules of the envelope.</summary>
[MemoryDiagnoser]
public class EnvelopeBenchmarks
{
    private readonly EnvelopeReader _reader = new(new(static () => new WebhookEnvelopeValidator()));
    private Delivery _delivery = null!;
    private byte[] _digest = [];

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var plan = SenderPlan.Compile(SenderCatalog.TryGet("hmac-sha256", out var row) ? row : throw new InvalidOperationException());
        var envelope = """{"event":"new_order","data":{"order_id":"A-1001","note":""}}""";
        var body = Encoding.UTF8.GetBytes(envelope.Insert(envelope.Length - 3, new string('x', BodyBytes - envelope.Length)));
        _digest = SHA256.HashData(body);
        var headers = new HeaderDictionary { ["X-Event-Id"] = "evt_1" };
        _delivery = new Delivery
        {
            Source = new WebhookSource("default", plan, [], new WebhookSourceOptions(), publicUrl: null),
            Method = "POST",
            Body = body,
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = headers,
            Query = QueryCollection.Empty,
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
    }

    [Benchmark]
    public bool Open()
    {
        if (!DeliveryContent.TryParse(_delivery, _digest, out var content, out _))
        {
            throw new InvalidOperationException("The body does not parse.");
        }

        using (content)
        {
            return _reader.TryRead(_delivery, content!, _digest, schemeIndex: 0, signedAt: null, secretIndex: 0, out _, out _)
                ? true
                : throw new InvalidOperationException("The envelope will not do.");
        }
    }
}
