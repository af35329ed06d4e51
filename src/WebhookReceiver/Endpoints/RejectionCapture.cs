using Microsoft.AspNetCore.Http;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Endpoints;

/// <summary>
/// Keeps refused deliveries of the sources that ask for it, so that a person can admit them once the mistake is mended. In memory alone: what was not verified reaches no disk. Every
/// bound is a source's own, so that a flood at one takes nothing from another, and within a source the address that sends most makes way first. Safe from any thread.
/// </summary>
internal sealed class RejectionCapture(TimeProvider clock)
{
    /// <summary>How many deliveries of a source are kept.</summary>
    public const int MaxDeliveries = 100;

    /// <summary>How many bytes of bodies of a source are kept.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    /// <summary>How many a second are looked at, so that a flood costs no more than that.</summary>
    public const int MaxPerSecond = 20;

    /// <summary>How long one is kept: about as long as senders try again.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);

    /// <summary>Takes a refused delivery, if its source wants that. Called before the answer: the headers are copied here.</summary>
    public void Offer(Rejection rejection, Delivery delivery)
    {
        if (!delivery.Source.CapturesRejections || !IsWorthIt(rejection.Reason) || delivery.Body.Length > MaxBytes)
        {
            return;
        }

        lock (_gate)
        {
            if (!_shelves.TryGetValue(rejection.Source, out var shelf))
            {
                _shelves[rejection.Source] = shelf = new Shelf();
            }

            shelf.DropOlderThan(clock.GetUtcNow() - MaxAge);
            if (shelf.TryTakeTurn(rejection.At.ToUnixTimeSeconds()))
            {
                shelf.Add(new CapturedDelivery(rejection, delivery.For(delivery.Source, delivery.Keys, Copy(delivery.Headers), delivery.Format)));
            }
        }
    }

    /// <summary>What is kept, the oldest of each source first.</summary>
    public IReadOnlyList<CapturedDelivery> All()
    {
        lock (_gate)
        {
            foreach (var shelf in _shelves.Values)
            {
                shelf.DropOlderThan(clock.GetUtcNow() - MaxAge);
            }

            return [.. _shelves.Values.SelectMany(static shelf => shelf.Deliveries)];
        }
    }

    /// <returns><see langword="null"/> if it is not kept, or not any longer.</returns>
    public CapturedDelivery? Find(string deliveryId) => All().FirstOrDefault(captured => captured.Rejection.DeliveryId == deliveryId);

    /// <summary>Lets go of one that was admitted.</summary>
    public void Remove(CapturedDelivery captured)
    {
        lock (_gate)
        {
            _shelves[captured.Rejection.Source].Remove(captured);
        }
    }

    private static HeaderDictionary Copy(IHeaderDictionary headers)
    {
        var copy = new HeaderDictionary(headers.Count);
        foreach (var (name, values) in headers)
        {
            copy[name] = values;
        }

        return copy;
    }

    // What was refused for want of room or time comes again by itself, and a handshake is worth nothing later.
    private static bool IsWorthIt(RejectionReason reason) => RejectionAnswers.For(reason).Error is var error
        && (error == ErrorCodes.NotVerified || error == ErrorCodes.BodyMalformed || error == ErrorCodes.EnvelopeInvalid || error == ErrorCodes.ContentTypeUnsupported);

    /// <summary>What is kept of one source.</summary>
    private sealed class Shelf
    {
        private readonly List<CapturedDelivery> _deliveries = [];
        private long _bytes, _second;
        private int _turns;

        public IReadOnlyList<CapturedDelivery> Deliveries => _deliveries;

        public bool TryTakeTurn(long second)
        {
            (_second, _turns) = second == _second ? (_second, _turns + 1) : (second, 1);
            return _turns <= MaxPerSecond;
        }

        public void Add(CapturedDelivery captured)
        {
            _deliveries.Add(captured);
            _bytes += captured.Delivery.Body.Length;
            while (_deliveries.Count > MaxDeliveries || _bytes > MaxBytes)
            {
                var most = _deliveries.CountBy(static kept => kept.Rejection.RemoteAddress).MaxBy(static address => address.Value).Key;
                Remove(_deliveries.First(kept => kept.Rejection.RemoteAddress == most));
            }
        }

        public void DropOlderThan(DateTimeOffset oldest)
        {
            while (_deliveries is [var first, ..] && first.Rejection.At < oldest)
            {
                Remove(first);
            }
        }

        public void Remove(CapturedDelivery captured)
        {
            if (_deliveries.Remove(captured))
            {
                _bytes -= captured.Delivery.Body.Length;
            }
        }
    }
}

/// <summary>A refused delivery that is kept whole.</summary>
/// <param name="Rejection">The rejection.</param>
/// <param name="Delivery">The request as it arrived.</param>
internal sealed record CapturedDelivery(Rejection Rejection, Delivery Delivery);
