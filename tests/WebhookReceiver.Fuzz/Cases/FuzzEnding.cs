namespace WebhookReceiver.Fuzz.Cases;

/// <summary>How the client ends a connection.</summary>
internal enum FuzzEnding
{
    /// <summary>It says that it sends no more, and reads to the end.</summary>
    HalfClose,

    /// <summary>It goes away without reading: only where nothing was sent that could be accepted.</summary>
    Abort,
}
