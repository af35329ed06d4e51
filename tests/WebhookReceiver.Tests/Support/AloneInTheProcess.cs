namespace WebhookReceiver.Tests.Support;

/// <summary>For tests that measure the whole process.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;
