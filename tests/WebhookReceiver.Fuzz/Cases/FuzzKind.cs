namespace WebhookReceiver.Fuzz.Cases;

/// <summary>What is done to a delivery before it is sent.</summary>
internal enum FuzzKind
{
    /// <summary>Nothing: a new event.</summary>
    Plain,

    /// <summary>The delivery of an earlier request once more.</summary>
    Repeated,

    /// <summary>The id of an earlier request with another body.</summary>
    OtherBody,

    /// <summary>It is changed, and then signed.</summary>
    ChangedBeforeSigning,

    /// <summary>It is signed, and then changed.</summary>
    ChangedAfterSigning,

    /// <summary>It is no delivery, or one whose framing is odd, on a connection of its own.</summary>
    Raw,
}
