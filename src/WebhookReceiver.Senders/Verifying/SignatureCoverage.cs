namespace WebhookReceiver.Senders;

/// <summary>How much of a request its proof covers, most first.</summary>
public enum SignatureCoverage
{
    /// <summary>The whole body.</summary>
    Body,
    /// <summary>Some of the request, and not the body as a whole: what is not covered can be changed by whoever captured a request.</summary>
    Part,
    /// <summary>Nothing: a secret is shown, and whoever sees it can make other requests.</summary>
    Nothing,
}
