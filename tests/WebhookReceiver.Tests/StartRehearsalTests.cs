namespace WebhookReceiver.Tests;

public class StartRehearsalTests
{
    /// <summary>At a start nobody hears of it when it fails, and it would save nothing any more.</summary>
    [Fact]
    public void Run_GoesTheWholeWayToAnEvent()
    {
        var stored = Assert.Single(StartRehearsal.Run());

        Assert.Equal("rehearsal", stored.Type);
    }

    [Fact]
    public void Run_Repeated_GoesTheSameWay()
    {
        _ = StartRehearsal.Run();

        Assert.Single(StartRehearsal.Run());
    }
}
