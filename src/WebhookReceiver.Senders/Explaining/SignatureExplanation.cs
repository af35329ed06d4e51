namespace WebhookReceiver.Senders;

/// <summary>Why a delivery was not verified, as far as can be told. It is for operators alone, and never leads to acceptance.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Text">What it means and what to do, without any secret or signature.</param>
public sealed record SignatureExplanation(SignatureCause Cause, string Text);
