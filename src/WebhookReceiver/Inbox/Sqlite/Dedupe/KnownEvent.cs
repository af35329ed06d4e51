namespace WebhookReceiver.Inbox.Sqlite.Dedupe;

/// <summary>What is kept of an event to know it again, also when the event itself is gone.</summary>
/// <param name="Seq">Its number in the store.</param>
/// <param name="Token">The random part of its public id.</param>
/// <param name="BodyHash">The first eight bytes of its body's SHA-256: enough to notice that a repetition has another body.</param>
/// <param name="ReceivedAt">When it arrived, in Unix milliseconds.</param>
internal readonly record struct KnownEvent(long Seq, long Token, long BodyHash, long ReceivedAt);
