namespace WebhookReceiver.Fuzz.Checks;

/// <summary>An event that an answer names.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsDuplicate">Whether it was known.</param>
internal readonly record struct Receipt(string Id, bool IsDuplicate);
