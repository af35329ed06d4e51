using System.Globalization;

namespace WebhookReceiver.Senders;

/// <summary>Explains what needs no other computation: what is missing, stands there twice, or is late.</summary>
internal static class FormExplainer
{
    public static SignatureExplanation? Explain(SenderPlan plan, CapturedRequest request, SignatureVerdict verdict, DateTimeOffset now) => verdict.Outcome switch
    {
        SignatureOutcome.SignatureMissing => OtherSender(plan, request)
            ?? new SignatureExplanation(SignatureCause.SignatureMissing, $"There is no {Place(plan.Definition.Schemes[0].Signature)}. "
                + $"{plan.Definition.Name} sends it only where a secret is set there; if one is, a proxy may drop it."),
        SignatureOutcome.HeaderDuplicated => new SignatureExplanation(
            SignatureCause.HeaderDuplicated, "A header that the proof reads stands there twice: a proxy adds it again, or somebody tries to be read in two ways."),
        SignatureOutcome.ContentMissing => new SignatureExplanation(
            SignatureCause.ContentMissing, "A header or value that is part of what is signed is not there: a proxy may drop it, or another version of the sender's signature is used."),
        SignatureOutcome.TimestampStale when verdict.SignedAt is { } at => new SignatureExplanation(SignatureCause.TooOld,
            $"The signature is right and was made {Age(now - at)} ago. If all deliveries are late by as much, the clock of this machine is wrong; if it is this one alone, it is a late retry "
            + "or a captured request that was sent again."),
        SignatureOutcome.TimestampAhead when verdict.SignedAt is { } at => new SignatureExplanation(SignatureCause.ClockAhead,
            $"The signature is right and was made {Age(at - now)} in the future: the clock of this machine, or the sender's, is wrong."),
        _ => null,
    };

    /// <summary>Whose signature it is, where the headers of one sender alone are there.</summary>
    private static SignatureExplanation? OtherSender(SenderPlan plan, CapturedRequest request)
    {
        var candidates = new List<SenderDefinition>();
        foreach (string id in SenderCatalog.Ids)
        {
            if (id != plan.Definition.Id
                && SenderCatalog.TryGet(id, out SenderDefinition? row)
                && row.Schemes.Any(scheme => scheme.Signature.Header is { } header && !IsCommon(header) && request.GetHeader(header, out _) > 0))
            {
                candidates.Add(row);
            }
        }

        return candidates.Count == 0
            ? null
            : new SignatureExplanation(SignatureCause.OtherSender, $"The request carries the signature header of {string.Join(", ", candidates.Take(5).Select(row => $"{row.Name} ('{row.Id}')"))}, "
                + $"and the source expects {plan.Definition.Name}: its Sender is the wrong one, or the sender has the URL of another source.");
    }

    private static bool IsCommon(string header) => header.Equals("Authorization", StringComparison.OrdinalIgnoreCase);

    private static string Place(SignatureLocation location) => location.Header is { } header ? $"header '{(location.Numbered ? header + "1" : header)}'"
        : location.Query is { } query ? $"query parameter '{query}'"
        : location.Field is { } field ? $"form field '{field}'"
        : $"value '{location.Pointer}' in the body";

    private static string Age(TimeSpan age) => age.TotalSeconds < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:0} s")
        : age.TotalHours < 3 ? string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} h");
}
