namespace WebhookReceiver.Senders;

/// <summary>Another way to compute a signature, and what it would mean if that matched.</summary>
/// <param name="Cause">The cause that it stands for.</param>
/// <param name="Text">What to tell the operator.</param>
/// <param name="Plan">The plan to verify with.</param>
/// <param name="Request">The request as it would have been.</param>
/// <param name="Keys">The keys, made by that plan.</param>
internal readonly record struct SignatureProbe(SignatureCause Cause, string Text, SenderPlan Plan, CapturedRequest Request, SenderKey[] Keys);
