namespace WebhookReceiver.PostgreSql.Writing;

/// <summary>Running work whose handler has been called.</summary>
/// <param name="Work">The claim.</param>
/// <param name="StartedAt">When, in Unix milliseconds.</param>
internal readonly record struct CalledWork(RunningWork Work, long StartedAt);
