namespace WebhookReceiver.Senders;

/// <summary>
/// What the operator may change of a row. <see langword="null"/> keeps the row's own. What does not fit the row is refused by
/// <see cref="SenderPlan.Compile"/>.
/// </summary>
/// <param name="SignatureHeader">The name of the signature header. The schemes that share the first one's header remain, under this name.</param>
/// <param name="EventIdHeader">
/// The header that carries the event's id, in place of the headers that the row tries first; only where not every scheme signs an id, and a delivery
/// carries one event.
/// </param>
/// <param name="Tolerance">
/// How far the signed time may be from the receiver's clock, in whole seconds, one second to one hour; only where a scheme signs one.
/// </param>
public sealed record SenderOverrides(string? SignatureHeader = null, string? EventIdHeader = null, TimeSpan? Tolerance = null);
