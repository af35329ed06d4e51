namespace WebhookReceiver.Fuzz.Cases;

/// <summary>How a body is written.</summary>
internal enum FuzzFormat
{
    Json,
    Form,
    Multipart,
}
