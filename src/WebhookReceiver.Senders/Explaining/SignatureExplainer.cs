namespace WebhookReceiver.Senders;

/// <summary>
/// Says why a delivery was not verified, by computing its signature in a fixed set of other ways. Not for the way of a request: it costs up to
/// <see cref="MaxProbes"/> verifications. Thread-safe.
/// </summary>
public static class SignatureExplainer
{
    /// <summary>The most verifications of one explanation.</summary>
    public const int MaxProbes = 48;

    /// <summary>The longest body that is computed over again; of a longer one only the form is looked at.</summary>
    public const int MaxBodyBytes = 128 * 1024;

    /// <summary>Explains why a request was not verified.</summary>
    /// <param name="plan">The sender's plan.</param>
    /// <param name="request">The request.</param>
    /// <param name="secrets">The source's secrets, those first that are live.</param>
    /// <param name="liveSecrets">How many of them are live.</param>
    /// <param name="otherSecrets">Secrets of other sources, each with the source's name.</param>
    /// <param name="now">The receiver's clock when the request arrived.</param>
    /// <returns>The explanation.</returns>
    public static SignatureExplanation Explain(
        SenderPlan plan,
        CapturedRequest request,
        IReadOnlyList<SenderKey> secrets,
        int liveSecrets,
        IReadOnlyList<KeyValuePair<string, SenderKey>> otherSecrets,
        DateTimeOffset now)
    {
        try
        {
            return ExplainCaptured(plan, request, secrets, liveSecrets, otherSecrets, now);
        }
        finally
        {
            request.Release();
        }
    }

    private static SignatureExplanation ExplainCaptured(
        SenderPlan plan,
        CapturedRequest request,
        IReadOnlyList<SenderKey> secrets,
        int liveSecrets,
        IReadOnlyList<KeyValuePair<string, SenderKey>> otherSecrets,
        DateTimeOffset now)
    {
        SenderKey[] live = [.. secrets.Take(liveSecrets)];
        SignatureVerdict verdict = plan.Verify(in request, live, now);
        if (FormExplainer.Explain(plan, request, verdict, now) is { } explained)
        {
            return explained;
        }

        if (request.Bytes.Length > MaxBodyBytes)
        {
            return new SignatureExplanation(SignatureCause.Unknown, "The body is larger than what is tried in other ways (128 KiB).");
        }

        int tried = 0;
        foreach (SignatureProbe probe in SignatureProbes.For(plan, request, secrets, liveSecrets, otherSecrets))
        {
            if (tried == MaxProbes)
            {
                break;
            }

            tried++;

            CapturedRequest probed = probe.Request;
            bool holds = probe.Plan.Verify(in probed, probe.Keys, now).KeyIndex >= 0;
            if (!ReferenceEquals(probed.Bytes, request.Bytes))
            {
                probed.Release();
            }

            if (holds)
            {
                return new SignatureExplanation(probe.Cause, probe.Text);
            }
        }

        return new SignatureExplanation(SignatureCause.Unknown, $"None of {tried} other ways of computing the signature matches. In order of likelihood: another secret at the sender; "
            + "a proxy or a middleware that rewrites the body; a forged request.");
    }
}
