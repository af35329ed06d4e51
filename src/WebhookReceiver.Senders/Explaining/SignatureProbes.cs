namespace WebhookReceiver.Senders;

/// <summary>The fixed set of other ways, likeliest first.</summary>
internal static class SignatureProbes
{
    public static IEnumerable<SignatureProbe> For(
        SenderPlan plan,
        CapturedRequest request,
        IReadOnlyList<SenderKey> secrets,
        int liveSecrets,
        IReadOnlyList<KeyValuePair<string, SenderKey>> otherSecrets)
    {
        SenderKey[] live = [.. secrets.Take(liveSecrets)];
        return OfSecrets(plan, request, secrets, liveSecrets, otherSecrets)
            .Concat(live.Length == 0 ? [] : SecretProbes.For(plan, request, live[0])
                .Concat(BodyProbes.For(plan, request, live))
                .Concat(SignatureFormProbes.For(plan, request, live))
                .Concat(UrlProbes.For(plan, request, live)));
    }

    /// <summary>The same computation with secrets that are not live, or not this source's.</summary>
    private static IEnumerable<SignatureProbe> OfSecrets(
        SenderPlan plan,
        CapturedRequest request,
        IReadOnlyList<SenderKey> secrets,
        int liveSecrets,
        IReadOnlyList<KeyValuePair<string, SenderKey>> otherSecrets)
    {
        const int MaxOthers = 8;
        for (int i = liveSecrets; i < secrets.Count; i++)
        {
            yield return new SignatureProbe(
                SignatureCause.EndedSecret,
                "The sender signs with a secret of this source that is not in force: its NotAfter is over, or its NotBefore is still to come. Let the sender use the live one, or move that time.",
                plan, request, [secrets[i]]);
        }

        foreach ((string source, SenderKey key) in otherSecrets.Take(MaxOthers))
        {
            if (key.TryRemake(plan, static text => text, out SenderKey? remade))
            {
                yield return new SignatureProbe(
                    SignatureCause.OtherSource,
                    $"The request is signed with the secret of the source '{source}': the sender has the wrong URL, or the secrets are interchanged.",
                    plan, request, [remade]);
            }
        }
    }
}
