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
    private WebhookSource _source = null!;
    private HeaderDictionary _headers = [];
    private byte[] _body = [];
    private byte[] _digest = [];

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var plan = SenderPlan.Compile(SenderCatalog.TryGet("hmac-sha256", out var row) ? row : throw new InvalidOperationException());
        var envelope = """{"event":"new_order","data":{"order_id":"A-1001","note":""}}""";
        _body = Encoding.UTF8.GetBytes(envelope.Insert(envelope.Length - 3, new string('x', BodyBytes - envelope.Length)));
        _digest = SHA256.HashData(_body);
        _headers = new HeaderDictionary { ["X-Event-Id"] = "evt_1" };
        _source = new WebhookSource("default", plan, [], new WebhookSourceOptions(), publicUrl: null);
    }

    [Benchmark]
    public bool Open()
    {
        using var delivery = new Delivery
        {
            Source = _source,
            Method = "POST",
            Body = _body,
            Format = BodyFormat.Json,
            ContentType = "application/json",
            Headers = _headers,
            Query = "",
            ArrivedAt = DateTimeOffset.UnixEpoch,
            ReceivedAt = DateTimeOffset.UnixEpoch,
        };
        return delivery.Content is not null && _reader.TryRead(delivery, _digest, schemeIndex: 0, signedAt: null, secretIndex: 0, out _, out _)
            ? true
            : throw new InvalidOperationException("The body does not parse, or the envelope will not do.");
    }
}
