namespace WebhookReceiver.Dispatch;

/// <summary>
/// Ends what runs, whoever runs it: once and for all at a stop, or for now, when what runs does not belong to this process any more. Safe from any
/// thread.
/// </summary>
/// <param name="stopping">Cancelled when the host stops.</param>
internal sealed class DispatchInterruption(CancellationToken stopping)
{
    // Not disposed of: attempts that run hold on to its token, and it has no timer.
    private CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(stopping);

    /// <summary>Cancelled when what runs now shall end.</summary>
    public CancellationToken Token => Volatile.Read(ref _source).Token;

    /// <summary>Ends what runs now, and nothing that starts later.</summary>
    public void Interrupt() => Interlocked.Exchange(ref _source, CancellationTokenSource.CreateLinkedTokenSource(stopping)).Cancel();
}
