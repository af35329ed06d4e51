using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Diagnostics;

/// <summary>One rejection as an operator sees it. No body, no header, no signature.</summary>
/// <param name="DeliveryId">The id that the sender was told.</param>
/// <param name="At">When it arrived.</param>
/// <param name="Source">The configured source, or "unknown".</param>
/// <param name="Reason">Why.</param>
/// <param name="Code">The error code that the sender was told.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="RemoteAddress">Where it came from.</param>
/// <param name="BodyBytes">How much of the body was read.</param>
internal sealed record Rejection(
    string DeliveryId, DateTimeOffset At, string Source, RejectionReason Reason, string Code, int Status, string RemoteAddress, long BodyBytes)
{
    /// <summary>Stands for a source that is not configured, or that nobody has looked for.</summary>
    public const string UnknownSource = "unknown";

    private SignatureExplanation? _explanation;
    private string? _admittedAs;

    /// <summary>What the usual mistakes say of it; <see langword="null"/> until that is known, and where nothing is looked for.</summary>
    public SignatureExplanation? Explanation
    {
        get => Volatile.Read(ref _explanation);
        set => Volatile.Write(ref _explanation, value);
    }

    /// <summary>The event that it became, once a person has admitted it.</summary>
    public string? AdmittedAs
    {
        get => Volatile.Read(ref _admittedAs);
        set => Volatile.Write(ref _admittedAs, value);
    }
}

/// <summary>
/// Keeps the newest rejections in memory and writes at most ten log lines a second for each reason: a flood costs neither disk nor database.
/// Safe from any thread.
/// </summary>
internal sealed class RejectionJournal(WebhookMetrics metrics, TimeProvider clock, ILogger<RejectionJournal> logger)
{
    public const int Capacity = 1000;

    private readonly ConcurrentQueue<Rejection> _newest = new();
    private readonly LineLimit<RejectionReason> _lines = new(clock);

    /// <summary>The newest rejections, newest first.</summary>
    public IReadOnlyList<Rejection> Newest(int limit) => [.. _newest.Reverse().Take(limit)];

    public void Add(Rejection rejection)
    {
        metrics.Refused(rejection.Source, rejection.Reason);
        _newest.Enqueue(rejection);
        while (_newest.Count > Capacity)
        {
            _newest.TryDequeue(out _);
        }

        if (_lines.TryTake(rejection.Reason, out var suppressed))
        {
            if (suppressed > 0)
            {
                Log.RejectionsSuppressed(logger, suppressed, rejection.Reason);
            }

            Log.DeliveryRejected(
                logger, rejection.DeliveryId, rejection.Source, rejection.Reason, rejection.Code, rejection.Status, rejection.RemoteAddress, rejection.BodyBytes);
        }
    }

    /// <summary>When a rejection happens now.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();
}
