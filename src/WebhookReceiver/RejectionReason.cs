namespace WebhookReceiver;

/// <summary>Why a delivery was not accepted. The sender of an unverified one is told only that it was not.</summary>
internal enum RejectionReason
{
    UnknownSource,
    MethodNotAllowed,
    HttpsRequired,
    ContentTypeUnsupported,
    ContentEncodingUnsupported,
    BodyTooLarge,
    BodyIncomplete,
    SignatureMissing,
    SignatureMalformed,
    SignatureMismatch,
    HeaderDuplicated,
    SignedContentMissing,
    IdMalformed,
    TimestampMalformed,
    TimestampStale,
    TimestampAhead,
    NoLiveSecret,
    PublicUrlUnknown,
    SignedDigestMismatch,
    ClaimMismatch,
    HandshakeRefused,
    BodyMalformed,
    EnvelopeInvalid,
    Overloaded,
    DiskNearlyFull,
    StorageFailed,
    StorageSlow,
}
