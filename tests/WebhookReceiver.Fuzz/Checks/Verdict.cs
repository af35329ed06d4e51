namespace WebhookReceiver.Fuzz.Checks;

/// <summary>What an answer says.</summary>
/// <param name="Outcome">What became of the request.</param>
/// <param name="Receipts">The events that it names.</param>
internal readonly record struct Verdict(FuzzOutcome Outcome, IReadOnlyList<Receipt> Receipts);
