namespace WebhookReceiver.Senders;

/// <summary>What makes two deliveries of one sender the same event.</summary>
public enum DuplicateRule
{
    /// <summary>The same id.</summary>
    Id,
    /// <summary>
    /// The same body, in a batch the same element: for senders that do not sign their ids, so that a captured request cannot be sent again under another id.
    /// </summary>
    Body,
    /// <summary>
    /// Nothing: each delivery counts, for senders that repeat equal bodies on purpose and give no id to tell them apart. What a sender tries again is handled again.
    /// </summary>
    None,
}
