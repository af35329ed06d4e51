namespace WebhookReceiver.Senders;

/// <summary>The usual causes of a delivery that is not verified. All but the first and those of the form were found by computing the signature in another way.</summary>
public enum SignatureCause
{
    /// <summary>None of the other ways matches: another secret, a body that was changed in a way that is not tried, or a forged request.</summary>
    Unknown,
    /// <summary>The signature is not there.</summary>
    SignatureMissing,
    /// <summary>The signature of another sender of the catalogue is there.</summary>
    OtherSender,
    /// <summary>A header stands there twice.</summary>
    HeaderDuplicated,
    /// <summary>A signed header or value is not there.</summary>
    ContentMissing,
    /// <summary>The signature is right, and was made too long ago.</summary>
    TooOld,
    /// <summary>The signature is right, and was made in the future: one of the clocks is wrong.</summary>
    ClockAhead,
    /// <summary>The sender still signs with a secret whose time is over.</summary>
    EndedSecret,
    /// <summary>The sender signs with the secret of another source.</summary>
    OtherSource,
    /// <summary>The configured secret has blanks around it that do not belong to it.</summary>
    SecretHasBlanks,
    /// <summary>The configured secret has a prefix that does not belong to it, or lacks one.</summary>
    SecretPrefix,
    /// <summary>The key is the secret's text, and the row or the operator took it for base64; or the other way round.</summary>
    SecretEncodedInBase64,
    /// <summary>The same with hexadecimal.</summary>
    SecretEncodedInHex,
    /// <summary>Line ends of the body were changed on the way.</summary>
    BodyLineEnds,
    /// <summary>A final line end of the body was added or removed on the way.</summary>
    BodyFinalLineEnd,
    /// <summary>A byte order mark was added or removed on the way.</summary>
    BodyByteOrderMark,
    /// <summary>The JSON was written anew on the way: with other white space or other escapes.</summary>
    BodyRewritten,
    /// <summary>The field of a form was signed and not the form, or the other way round.</summary>
    BodyFormField,
    /// <summary>The signature is of an empty body: the sender signed none, or something on the way put this one in.</summary>
    BodyNotSigned,
    /// <summary>The signature is written in another encoding than the sender's row says.</summary>
    SignatureEncoding,
    /// <summary>The signature's prefix is missing, or there is one too many, or quotation marks stand around it.</summary>
    SignaturePrefix,
    /// <summary>The signature is made with another hash than the sender's row says.</summary>
    HashAlgorithm,
    /// <summary>The sender has the URL with a slash at its end, or without.</summary>
    UrlSlash,
    /// <summary>The sender has the URL with http instead of https, or the other way round.</summary>
    UrlScheme,
    /// <summary>The sender has the URL with a port, or without.</summary>
    UrlPort,
    /// <summary>The sender has the URL with another host: the one that the request names.</summary>
    UrlHost,
    /// <summary>The sender signs the URL without its query, or the query was changed on the way.</summary>
    UrlQuery,
}
