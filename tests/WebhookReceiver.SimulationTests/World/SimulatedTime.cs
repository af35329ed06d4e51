namespace WebhookReceiver.SimulationTests.World;

/// <summary>The time of a simulation: what has really passed, and how far the wall clock is from it.</summary>
internal sealed class SimulatedTime
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What has passed. Only <see cref="AdvanceTo"/> changes it.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>What the wall clock has jumped by.</summary>
    public TimeSpan WallOffset { get; private set; }

    public DateTimeOffset Wall => Start + Elapsed + WallOffset;

    public void AdvanceTo(TimeSpan elapsed) => Elapsed = elapsed > Elapsed ? elapsed : Elapsed;

    /// <summary>By how much it was set on, all in all: so much too early may work be due.</summary>
    public TimeSpan SetOn { get; private set; }

    /// <summary>By how much it was set back, all in all: so much longer may work wait for a process that started after that.</summary>
    public TimeSpan SetBack { get; private set; }

    public void JumpWall(TimeSpan by)
    {
        WallOffset += by;
        (SetOn, SetBack) = by > TimeSpan.Zero ? (SetOn + by, SetBack) : (SetOn, SetBack - by);
    }
}
