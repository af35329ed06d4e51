using System.Net;
using Microsoft.AspNetCore.Http;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>
/// Keeps refused deliveries of the sources that ask for it, so that a person can admit them once the mistake is mended. In memory alone: what was not verified reaches no disk. Every
/// bound is a source's own, so that a flood at one takes nothing from another, and within a source the origin that holds most makes way first: an address, or of IPv6 a network. Safe from any thread.
/// </summary>
internal sealed class RejectionCapture(TimeProvider clock)
{
    /// <summary>How many deliveries of a source are kept.</summary>
    public const int MaxDeliveries = 100;

    /// <summary>How many bytes of bodies of a source are kept.</summary>
    public const long MaxBytes = 8 * 1024 * 1024;

    /// <summary>How many a second are looked at, so that a flood costs no more than that.</summary>
    public const int MaxPerSecond = 20;

    /// <summary>How many of those may be one origin's.</summary>
    public const int MaxPerSecondAndOrigin = MaxPerSecond / 2;

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

        var origin = OriginOf(rejection.RemoteAddress);
        lock (_gate)
        {
            if (!_shelves.TryGetValue(rejection.Source, out var shelf))
            {
                _shelves[rejection.Source] = shelf = new Shelf();
            }

            shelf.DropOlderThan(clock.GetUtcNow() - MaxAge);
            if (shelf.TryTakeTurn(origin, clock.GetTimestamp() / clock.TimestampFrequency))
            {
                shelf.Add(new CapturedDelivery(rejection, delivery.For(delivery.Source, delivery.Keys, Copy(delivery.Headers), delivery.Format, delivery.ReceivedAt), origin));
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

    private static string OriginOf(string remoteAddress) => IPAddress.TryParse(remoteAddress, out var address) ? Network.OriginOf(address).ToString() : "";

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
        private readonly Dictionary<string, int> _turns = new(StringComparer.Ordinal);
        private long _bytes, _second;

        public IReadOnlyList<CapturedDelivery> Deliveries => _deliveries;

        public bool TryTakeTurn(string origin, long second)
        {
            if (second != _second)
            {
                _second = second;
                _turns.Clear();
            }

            var turns = _turns.GetValueOrDefault(origin);
            if (turns == MaxPerSecondAndOrigin || _turns.Values.Sum() == MaxPerSecond)
            {
                return false;
            }

            _turns[origin] = turns + 1;
            return true;
        }

        public void Add(CapturedDelivery captured)
        {
            _deliveries.Add(captured);
            _bytes += captured.Delivery.Body.Length;
            while (_bytes > MaxBytes)
            {
                RemoveOfWhatHasMost(static kept => kept.Delivery.Body.Length);
            }

            while (_deliveries.Count > MaxDeliveries)
            {
                RemoveOfWhatHasMost(static _ => 1);
            }
        }

        /// <summary>Of those that have equally much, of the one that came last: what was here first may be the sender's.</summary>
        private void RemoveOfWhatHasMost(Func<CapturedDelivery, long> size)
        {
            var most = _deliveries.AsEnumerable().Reverse().AggregateBy(static kept => kept.Origin, 0L, (sum, kept) => sum + size(kept)).MaxBy(static origin => origin.Value).Key;
            Remove(_deliveries.First(kept => kept.Origin == most));
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
/// <param name="Origin">Where it came from: the address, or of IPv6 its network.</param>
internal sealed record CapturedDelivery(Rejection Rejection, Delivery Delivery, string Origin);
