namespace WebhookReceiver.ReliabilityTests;

/// <summary>The checker must be able to say no, or its yes is worth nothing.</summary>
public sealed class LedgerTests : IDisposable
{
    private static readonly HashSet<string> NoneDead = [];

    private readonly string _effects = Path.GetTempFileName();
    private readonly Ledger _ledger = new();

    public LedgerTests()
    {
        foreach (var id in (string[])["a", "b", "c"])
        {
            _ledger.Attempting(id);
        }

        _ledger.Answered("a", 200, "evt_a");
        _ledger.Answered("b", 200, "evt_b");
        _ledger.Answered("c", 503, null);
    }

    [Fact]
    public void Check_AllHandledOnce_IsClean()
    {
        var verdict = Check("a 1 a", "b 1 b");

        Assert.Empty(verdict.Lost);
        Assert.Empty(verdict.Unexpected);
        Assert.Empty(verdict.Duplicates);
        Assert.Equal(2, verdict.Acked);
    }

    [Fact]
    public void Check_AcceptedAndNeverHandled_IsLost() => Assert.Equal(["b"], Check("a 1 a").Lost);

    [Fact]
    public void Check_AcceptedAndDead_IsNotLost()
    {
        File.WriteAllLines(_effects, ["a 1 a"]);

        Assert.Empty(_ledger.Check(_effects, new HashSet<string> { "b" }).Lost);
    }

    [Fact]
    public void Check_HandledAndNeverSent_IsUnexpected() => Assert.Equal(["z"], Check("a 1 a", "b 1 b", "z 1 z").Unexpected);

    [Fact]
    public void Check_HandledWithoutAcceptance_IsAllowed() => Assert.Empty(Check("a 1 a", "b 1 b", "c 1 c").Unexpected);

    [Fact]
    public void Check_TwoAttempts_AreADuplicate()
    {
        var verdict = Check("a 1 a", "b 1 b", "a 2 a");

        Assert.Equal(["a"], verdict.Duplicates);
    }

    [Fact]
    public void Check_BodyOfAnotherEvent_IsSaid() => Assert.Equal(["a"], Check("a 1 b", "b 1 b").Foreign);

    public void Dispose() => File.Delete(_effects);

    private LedgerVerdict Check(params string[] effects)
    {
        File.WriteAllLines(_effects, effects);
        return _ledger.Check(_effects, NoneDead);
    }
}
