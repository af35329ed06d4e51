namespace WebhookReceiver;

/// <summary>Thrown by a handler when trying again cannot help. The event is dead for this handler at once; a person can replay it.</summary>
public sealed class PermanentFailureException : Exception
{
    /// <summary>Fails for good.</summary>
    /// <param name="message">
    /// Why, for the operator. Kept with the attempt, up to 2,000 characters; do not put payload or secrets into it.
    /// </param>
    public PermanentFailureException(string message) : base(message) { }

    /// <summary>Fails for good because of another error.</summary>
    /// <param name="message">
    /// Why, for the operator. Kept with the attempt, up to 2,000 characters; do not put payload or secrets into it.
    /// </param>
    /// <param name="innerException">The error behind it; it is not kept.</param>
    public PermanentFailureException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>
/// Thrown by a handler to be called again later. The attempt is not counted, so that an event can be deferred any number of times.
/// </summary>
public sealed class DeferredException : Exception
{
    /// <summary>The longest time that an event can be deferred at once: 7 days.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(7);

    /// <summary>Defers the event.</summary>
    /// <param name="delay">How long after the attempt's end; more than zero, at most <see cref="MaxDelay"/>.</param>
    /// <param name="message">
    /// Why, for the operator. Kept with the attempt, up to 2,000 characters; do not put payload or secrets into it.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is out of range.</exception>
    public DeferredException(TimeSpan delay, string message = "Deferred by the handler") : base(message)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, MaxDelay);
        Delay = delay;
    }

    /// <summary>How long after the attempt's end the handler wants to be called again.</summary>
    public TimeSpan Delay { get; }
}
