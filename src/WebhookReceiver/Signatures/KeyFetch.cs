namespace WebhookReceiver.Signatures;

/// <summary>What is known after a document of keys was asked for.</summary>
internal enum KeyFetch
{
    /// <summary>Nothing: it could not be had, now or a moment ago. That says nothing of the delivery that needs it.</summary>
    Unavailable,

    /// <summary>The document is here, from now or from a moment ago: a key that is not in it is none of the sender's.</summary>
    Here,

    /// <summary>The sender's host says that there is no such document.</summary>
    Denied,
}
