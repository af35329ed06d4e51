using System.Security.Cryptography;
using System.Text;
using WebhookReceiver.Senders;

namespace WebhookReceiver.ReliabilityTests;

/// <summary>
/// How long the verdict takes says nothing of how much of a signature is right. Measured without a network, which would only hide it; with signatures that agree in their first
/// bytes, in an order that nobody knows.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class VerificationTimingTests
{
    private const int Samples = 50_000;

    /// <summary>
    /// By itself a round says little: one in five or so is beyond three standard errors either way, by a nanosecond or two, and those of one run go together. A comparison that ends early is longer
    /// in all of them, by some twenty-five.
    /// </summary>
    private const int Rounds = 9;

    private const int SignaturesOfAKind = 64;

    private static readonly int[] AgreeingBytes = [0, 8, 16, 31];

    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("a-secret-of-the-timing-test-0123456789");
    private static readonly byte[] Body = """{"type":"user.created","timestamp":"2026-02-01T12:00:00Z","data":{"name":"Ada"}}"""u8.ToArray();

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
        Assert.False(IsShownInEveryRound(signature => Verify(signature) == SignatureOutcome.SignatureMismatch));

        SignatureOutcome Verify(string signature)
        {
            var delivery = new SignedDelivery(signature);
            return plan.Verify(in delivery, keys, now).Outcome;
        }
    }

    /// <summary>That the measurement sees what it looks for.</summary>
    [Fact]
    [Trait("Attack", "A23")]
    public void Measurement_OfAComparisonThatEndsEarly_ShowsIt() => Assert.True(IsShownInEveryRound(static signature =>
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Secret, Body, expected);
        Span<byte> claimed = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Convert.FromHexString(signature.AsSpan("sha256=".Length), claimed, out _, out _);
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i] != claimed[i])
            {
                return true;
            }
        }

        return false;
    }));

    /// <summary>Whether more agreement takes longer, or shorter, by more than three standard errors in every round.</summary>
    private bool IsShownInEveryRound(Func<string, bool> isRefused)
    {
        var (longer, shorter) = (new int[AgreeingBytes.Length], new int[AgreeingBytes.Length]);
        Measure(isRefused); // compiled by then
        for (var round = 0; round < Rounds; round++)
        {
            var times = Measure(isRefused);
            for (var kind = 1; kind < AgreeingBytes.Length; kind++)
            {
                var (difference, error) = MiddleOf([.. times[kind].Zip(times[0], static (some, none) => some - none)]);
                longer[kind] += difference > 3 * error ? 1 : 0;
                shorter[kind] += -difference > 3 * error ? 1 : 0;
                TestContext.Current.TestOutputHelper?.WriteLine($"{AgreeingBytes[kind]} bytes: {difference:0.0} ticks longer than none, standard error {error:0.00}");
            }
        }

        return longer.Concat(shorter).Any(static rounds => rounds == Rounds);
    }

    /// <summary>
    /// One of each kind after the other, in a new order each time: what else the machine does slows all four, and is not in their differences. And each text is a new one, because where
    /// one lies in memory makes a difference of its own, of some nanoseconds; so does in which order the kinds are laid there, which is another one each time as well.
    /// </summary>
    private long[][] Measure(Func<string, bool> isRefused)
    {
        var signatures = new string[AgreeingBytes.Length][];
        var times = new long[AgreeingBytes.Length][];
        int[] order = [.. Enumerable.Range(0, AgreeingBytes.Length)];
        _random.Shuffle(order);
        foreach (var kind in order)
        {
            signatures[kind] = [.. Enumerable.Range(0, SignaturesOfAKind).Select(_ => Agreeing(AgreeingBytes[kind]))];
            times[kind] = new long[Samples];
        }

        var clock = TimeProvider.System;
        var refused = 0;
        for (var i = 0; i < Samples; i++)
        {
            _random.Shuffle(order);
            foreach (var kind in order)
            {
                var signature = new string(signatures[kind][i % SignaturesOfAKind].AsSpan());
                var before = clock.GetTimestamp();
                refused += isRefused(signature) ? 1 : 0;
                times[kind][i] = clock.GetTimestamp() - before;
            }
        }

        Assert.Equal(Samples * AgreeingBytes.Length, refused);
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
    private static (double Mean, double StandardError) MiddleOf(long[] differences)
    {
        Array.Sort(differences);
        var middle = differences[(differences.Length / 4)..(differences.Length * 3 / 4)];
        var mean = middle.Average();

        // As of a trimmed mean: by the variance of all, with the outer quarters set to the edges of the middle.
        var variance = differences.Select(difference => Math.Pow(Math.Clamp(difference, middle[0], middle[^1]) - mean, 2)).Average();
        return (mean, Math.Sqrt(variance) / (0.5 * Math.Sqrt(differences.Length)));
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
