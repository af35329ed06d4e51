namespace WebhookReceiver.Senders;

/// <summary>What follows from a proof that does not cover the body.</summary>
internal static class CoverageWarning
{
    public static string? For(SignatureCoverage coverage) => coverage switch
    {
        SignatureCoverage.Body => null,
        SignatureCoverage.Part =>
            "The body is not signed, or some of it alone: whoever captured a request can send it again with another content in what is not covered.",
        _ => "Nothing is signed: each delivery shows the same secret, which is weaker than a signature. Whoever sees one delivery can send others, "
            + "with any content: keep the secret out of the logs of proxies, and restrict who may reach the URL.",
    };
}
