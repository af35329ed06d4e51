namespace WebhookReceiver.SimulationTests.World;

/// <summary>A commit fails.</summary>
/// <param name="isForGood">Whether nothing may be written any more after it; a full disk heals.</param>
internal sealed class SimulatedDiskException(bool isForGood) : Exception(isForGood ? "The flush failed." : "The disk is full.")
{
    public bool IsForGood => isForGood;
}
