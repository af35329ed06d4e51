namespace WebhookReceiver.SimulationTests.World;

/// <summary>The process ends here and now. Nothing in the receiver catches it: it is thrown where no handler runs.</summary>
internal sealed class SimulatedCrash : Exception
{
    public SimulatedCrash() : base("The process ends.") { }
}
