using System.Text;
using BenchmarkDotNet.Attributes;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Benchmarks;

/// <summary>From a request's headers to the verdict.</summary>
[MemoryDiagnoser]
public class SignatureBenchmarks
{
    private static readonly DateTimeOffset SignedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    // Hex, base64 and text alike, so that it is a key by every row's rule.
    private const string Secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

    private SenderPlan _plan = null!;
    private SenderKey[] _keys = [];
    private BenchmarkRequest _request;

    [ParamsSource(nameof(Senders))]
    public string Sender { get; set; } = "";

    [Params(1024, 64 * 1024)]
    public int BodyBytes { get; set; }

    public static IEnumerable<string> Senders => SenderCatalog.Ids;

    [GlobalSetup]
    public void SetUp()
    {
        _plan = SenderPlan.Compile(SenderCatalog.TryGet(Sender, out var row) ? row : throw new InvalidOperationException());
        if (!_plan.TryCreateKey(Secret, out var key, out var problem))
        {
            throw new InvalidOperationException($"{Sender}: {problem}");
        }

        var body = Encoding.UTF8.GetBytes(new string('x', BodyBytes));
        const string Url = "https://hooks.example.com/webhook/shop";
        _keys = [key];
        _request = new BenchmarkRequest(body, Url, [.. _plan.Sign(new SigningInput(body, "msg_1", SignedAt, Url), key).Headers]);
    }

    [Benchmark]
    public SignatureOutcome Verify()
    {
        var outcome = _plan.Verify(in _request, _keys, SignedAt).Outcome;
        return outcome == SignatureOutcome.Verified ? outcome : throw new InvalidOperationException($"{Sender}: {outcome}");
    }

    private readonly struct BenchmarkRequest(byte[] body, string url, KeyValuePair<string, string>[] headers) : ISignedRequest
    {
        public string Method => "POST";

        public FetchedKeys? FindKeys(KeyReference reference) => null;

        public ReadOnlySpan<byte> Body => body;

        public string Query => "";

        public RequestContent? Content => null;

        public string GetHeaderLine(string name, int line) => throw new InvalidOperationException("No header stands there twice.");

        public string? Url => url;

        public int GetHeader(string name, out string? value)
        {
            foreach (var (header, text) in headers)
            {
                if (header.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    value = text;
                    return 1;
                }
            }

            value = null;
            return 0;
        }
    }
}
