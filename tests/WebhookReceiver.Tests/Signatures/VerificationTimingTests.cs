using System.Security.Cryptography;
using System.Text;
using WebhookReceiver.Senders;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Signatures;

/// <summary>
/// How long the verdict takes says nothing of how much of a signature is right. Measured without a network, which would only hide it; with signatures that agree in their first
/// bytes, in an order that nobody knows.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class VerificationTimingTests
{
    private const int Samples = 100_000;
    private const int Rounds = 5;

    /// <summary>So many signatures of each kind, so that where one of them lies in memory does not matter.</summary>
    private const int SignaturesOfAKind = 64;

    private static readonly int[] AgreeingBytes = [0, 8, 16, 31];

    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("a-secret-of-the-timing-test-0123456789");
    private static readonly byte[] Body = Encoding.UTF8.GetBytes(PipelineHost.UserCreated);

    private readonly Random _random = new(20260201);

    [Fact]
    [Trait("Attack", "A23")]
    public void Verify_SignaturesThatAgreeInTheirFirstBytes_TakeTheSameTime()
    {
        Assert.True(SenderCatalog.TryGet("hmac-sha256", out var row));
        var plan = SenderPlan.Compile(row);
        Assert.True(plan.TryCreateKey(Encoding.UTF8.GetString(Secret), out var key, out _));
        SenderKey[] keys = [key];
        var now = new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero);

        Assert.Equal(SignatureOutcome.Verified, Verify("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Secret, Body))));
        Assert.False(IsShownInMostRounds(signature => Verify(signature) == SignatureOutcome.SignatureMismatch));

        SignatureOutcome Verify(string signature)
        {
            var delivery = new SignedDelivery(signature);
            return plan.Verify(in delivery, keys, now).Outcome;
        }
    }

    /// <summary>That the measurement sees what it looks for.</summary>
    [Fact]
    [Trait("Attack", "A23")]
    public void Measurement_OfAComparisonThatEndsEarly_ShowsIt() => Assert.True(IsShownInMostRounds(static signature =>
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Secret, Body, expected);
        var claimed = Convert.FromHexString(signature.AsSpan("sha256=".Length));
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i] != claimed[i])
            {
                return true;
            }
        }

        return false;
    }));

    /// <summary>Whether more agreement takes longer, or shorter, in all rounds but one at most. By chance that would be one run in billions.</summary>
    private bool IsShownInMostRounds(Func<string, bool> isRefused)
    {
        var (longer, shorter) = (new int[AgreeingBytes.Length], new int[AgreeingBytes.Length]);
        Measure(isRefused); // compiled by then
        for (var round = 0; round < Rounds; round++)
        {
            var times = Measure(isRefused);
            var (none, noneError) = MiddleOf(times[0]);
            for (var kind = 1; kind < AgreeingBytes.Length; kind++)
            {
                var (some, someError) = MiddleOf(times[kind]);
                var limit = 3 * Math.Sqrt((noneError * noneError) + (someError * someError));
                longer[kind] += some - none > limit ? 1 : 0;
                shorter[kind] += none - some > limit ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Of {Rounds} rounds longer: {string.Join(", ", longer)}; shorter: {string.Join(", ", shorter)}");
        return longer.Concat(shorter).Any(static rounds => rounds >= Rounds - 1);
    }

    private long[][] Measure(Func<string, bool> isRefused)
    {
        string[][] signatures = [.. AgreeingBytes.Select(count => Enumerable.Range(0, SignaturesOfAKind).Select(_ => Agreeing(count)).ToArray())];
        int[] order = [.. Enumerable.Range(0, AgreeingBytes.Length).SelectMany(static kind => Enumerable.Repeat(kind, Samples))];
        _random.Shuffle(order);
        long[][] times = [.. AgreeingBytes.Select(static _ => new long[Samples])];
        var taken = new int[AgreeingBytes.Length];
        var clock = TimeProvider.System;
        var refused = 0;
        foreach (var kind in order)
        {
            var signature = signatures[kind][taken[kind] % SignaturesOfAKind];
            var before = clock.GetTimestamp();
            refused += isRefused(signature) ? 1 : 0;
            times[kind][taken[kind]++] = clock.GetTimestamp() - before;
        }

        Assert.Equal(order.Length, refused);
        return times;
    }

    /// <summary>The right signature up to a byte, and from there on another one.</summary>
    private string Agreeing(int count)
    {
        var signature = HMACSHA256.HashData(Secret, Body);
        var differs = (byte)(signature[count] ^ (1 + _random.Next(255)));
        _random.NextBytes(signature.AsSpan(count));
        signature[count] = differs;
        return "sha256=" + Convert.ToHexStringLower(signature);
    }

    /// <summary>
    /// The mean of the middle half, and its standard error: as robust as a median, and not bound to the steps of the clock.
    /// </summary>
    private static (double Mean, double StandardError) MiddleOf(long[] times)
    {
        Array.Sort(times);
        var middle = times[(times.Length / 4)..(times.Length * 3 / 4)];
        var mean = middle.Average();

        // As of a trimmed mean: by the variance of all, with the outer quarters set to the edges of the middle.
        var variance = times.Select(time => Math.Pow(Math.Clamp(time, middle[0], middle[^1]) - mean, 2)).Average();
        return (mean, Math.Sqrt(variance) / (0.5 * Math.Sqrt(times.Length)));
    }

    private readonly struct SignedDelivery(string signature) : ISignedRequest
    {
        public string Method => "POST";

        public ReadOnlySpan<byte> Body => VerificationTimingTests.Body;

        public string? Url => null;

        public string Query => "";

        public RequestContent? Content => null;

        public FetchedKeys? FindKeys(KeyReference reference) => null;

        public int GetHeader(string name, out string? value)
        {
            value = name.Equals("X-Signature-256", StringComparison.OrdinalIgnoreCase) ? signature : null;
            return value is null ? 0 : 1;
        }

        public string GetHeaderLine(string name, int line) => signature;
    }
}
