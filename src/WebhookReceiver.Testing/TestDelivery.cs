using System.Net;
using System.Text.Json;

namespace WebhookReceiver.Testing;

/// <summary>A delivery that was sent and answered. Immutable; safe from any thread.</summary>
public sealed class TestDelivery
{
    private readonly WebhookTester _tester;
    private readonly PreparedRequest _request;

    internal TestDelivery(WebhookTester tester, PreparedRequest request, HttpStatusCode status, string body, DeliveryReceipt receipt)
    {
        (_tester, _request, Status, Body) = (tester, request, status, body);
        (Id, Code, Rejection, IsDuplicate) = (receipt.Id, receipt.Code, receipt.Rejection, receipt.IsDuplicate);
    }

    /// <summary>The HTTP status that the sender was answered.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The body that the sender was answered; empty if there was none.</summary>
    public string Body { get; }

    /// <summary>Our id of the event; <see langword="null"/> if the delivery was rejected, or was a handshake.</summary>
    public string? Id { get; }

    /// <summary>Whether the event is stored, by this delivery or by an earlier one.</summary>
    public bool IsAccepted => Id is not null;

    /// <summary>Whether the event was known already, so that nothing was stored.</summary>
    public bool IsDuplicate { get; }

    /// <summary>The error code that the sender was told, such as <c>WHR2000</c>; <see langword="null"/> if the delivery was not rejected.</summary>
    public string? Code { get; }

    /// <summary>
    /// Why the delivery was rejected, such as <c>SignatureMismatch</c> or <c>TimestampStale</c>: what the operator sees and an unverified sender
    /// is never told. <see langword="null"/> if it was not rejected.
    /// </summary>
    public string? Rejection { get; }

    /// <summary>
    /// Waits until every handler has ended: succeeded, dead, parked or cancelled. While the event waits for its next attempt, the clock is
    /// advanced to the time when that is due, so that a handler that fails and then succeeds is handled without further ado.
    /// </summary>
    /// <param name="advanceClock">
    /// Whether to advance the clock, as by default; with <see langword="false"/> that is the test's own business.
    /// </param>
    /// <param name="timeout">How long to wait in real time for each attempt; <see langword="null"/> for <see cref="WebhookTestOptions.Timeout"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The event with all its attempts.</returns>
    /// <exception cref="TimeoutException">It took too long; the message has the event's timeline.</exception>
    /// <exception cref="InvalidOperationException">The delivery carries no event: it was rejected, or was a handshake.</exception>
    public Task<StoredEvent> HandledAsync(bool advanceClock = true, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _tester.HandledAsync(this, advanceClock, timeout, cancellationToken);

    /// <summary>Waits until every handler has ended so many attempts. Does not touch the clock.</summary>
    /// <param name="attempts">How many, from 1, which is the default.</param>
    /// <param name="timeout">How long to wait in real time for each attempt; <see langword="null"/> for <see cref="WebhookTestOptions.Timeout"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The event with its attempts so far.</returns>
    /// <exception cref="TimeoutException">It took too long; the message has the event's timeline.</exception>
    /// <exception cref="InvalidOperationException">There will never be so many: the delivery carries no event, or its handlers have ended before.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="attempts"/> is less than 1.</exception>
    public Task<StoredEvent> AttemptedAsync(int attempts = 1, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        _tester.AttemptedAsync(this, attempts, timeout, cancellationToken);

    /// <summary>Sends the same bytes with the same headers again, as a sender does that missed the answer.</summary>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The second delivery with its answer.</returns>
    public Task<TestDelivery> SendAgainAsync(CancellationToken cancellationToken = default) => _tester.SendAsync(_request, cancellationToken);

    /// <summary>Says what became of it, for messages.</summary>
    /// <returns>Status, code, reason and id, as far as there are any.</returns>
    public override string ToString() => string.Join(' ', new[] { $"{(int)Status}", Code, Rejection, Id }.Where(static text => text is not null));
}

/// <summary>What an answer says about its delivery.</summary>
internal sealed record DeliveryReceipt(string? Id, bool IsDuplicate, string? Code, string? DeliveryId, string? Rejection)
{
    public static DeliveryReceipt Read(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? new DeliveryReceipt(Text("id"), Text("status") == "duplicate", Text("code"), Text("deliveryId"), null)
                : Empty;

            string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (JsonException)
        {
            return Empty;
        }
    }

    private static DeliveryReceipt Empty => new(null, false, null, null, null);
}
