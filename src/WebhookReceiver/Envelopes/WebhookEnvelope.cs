using WebhookReceiver.Inbox;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Envelopes;

/// <summary>The part of an event that every event has, as it was found; <see cref="WebhookEnvelopeValidator"/> says whether it will do.</summary>
/// <param name="Id">The sender's id.</param>
/// <param name="Type">The event's type.</param>
/// <param name="TypeGrammar">The grammar that the type must have.</param>
/// <param name="Timestamp">When the event happened.</param>
/// <param name="Data">Where the data stands.</param>
internal readonly record struct WebhookEnvelope(string? Id, string? Type, TypeGrammar TypeGrammar, DateTimeOffset? Timestamp, DataLocation? Data);
