namespace WebhookReceiver.Host.Tests;

/// <summary>For tests that look at what all hosts of a process share.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
