using WebhookReceiver.Inbox;
using WebhookReceiver.SimulationTests.World;

namespace WebhookReceiver.SimulationTests.Inboxes;

/// <summary>What outlives the processes: the disk, or the database.</summary>
internal interface ISimulatedInbox : IDisposable
{
    /// <summary>How many processes may use it at once.</summary>
    int MaxProcesses { get; }

    /// <summary>The store of a process that starts; not yet open.</summary>
    IInboxStore StoreFor(SimulatedProcess process);

    /// <summary>What was committed since it was asked last.</summary>
    IReadOnlyList<InboxChange> TakeChanges();

    /// <summary>The process was killed: lets go of what the operating system would.</summary>
    void Killed(SimulatedProcess process, IInboxStore store);

    /// <summary>When no process uses it any more: what it holds against the model.</summary>
    /// <returns>What is wrong; <see langword="null"/> if nothing is.</returns>
    string? Check(ReferenceModel model);
}
