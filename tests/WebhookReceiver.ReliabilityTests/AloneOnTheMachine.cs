namespace WebhookReceiver.ReliabilityTests;

/// <summary>Tests that take the time: nothing else may be busy meanwhile.</summary>
[CollectionDefinition(nameof(AloneOnTheMachine), DisableParallelization = true)]
public sealed class AloneOnTheMachine;
