namespace WebhookReceiver.Fuzz.Cases;

/// <summary>What must become of a request, beyond that its answer is one of the documented ones.</summary>
internal enum FuzzExpectation
{
    /// <summary>It is signed over what it is: no 401.</summary>
    Verified,

    /// <summary>It is not signed over what it is: 401.</summary>
    Refused,

    /// <summary>Whatever is documented.</summary>
    Any,
}
