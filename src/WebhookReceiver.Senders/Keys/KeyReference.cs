namespace WebhookReceiver.Senders;

/// <summary>A document of keys that verification needs, of which the row allows the URL.</summary>
/// <param name="Document">What it is.</param>
/// <param name="Url">Where it is: https, without user information, on the port of https.</param>
public sealed record KeyReference(KeyDocument Document, Uri Url);
