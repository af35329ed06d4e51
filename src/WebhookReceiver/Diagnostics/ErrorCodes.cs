namespace WebhookReceiver.Diagnostics;

/// <summary>
/// Every error that the receiver can say, in one place: start-up, answers and logs take their codes from here, and <c>docs/errors.md</c> its tables. What is particular is said by the
/// check that found it. A code that was once said keeps its meaning.
/// </summary>
internal static class ErrorCodes
{
    // Configuration: what stops the start, or a reload, and one warning (1007).
    public static readonly ErrorCode SecretMissing = new("WHR1001",
        "A source has no secret, or `Secrets` is a text and not a list.",
        "Set `Secrets:0`, or mount a file of that name. There is no way to accept unsigned deliveries.");

    public static readonly ErrorCode SecretRefused = new("WHR1002",
        "A secret cannot be the sender's: empty, shorter than 16 bytes, longer than 4,096, a placeholder such as `changeme`, not in the sender's encoding, or a credential of another kind (an API key, a signature).",
        "Copy the signing secret from the sender once more; the message says which rule it broke.");

    public static readonly ErrorCode SenderUnknown = new("WHR1006",
        "`Sender` names no row of the catalogue.",
        "The message names the nearest one; [senders.md](senders.md) lists them all.");

    public static readonly ErrorCode SettingUnknown = new("WHR1007",
        "A key in the section `WebhookReceiver` is no setting and has no effect, or a section beside it has nearly its name. It is a warning in the log, at start and at each reload.",
        "The message names the nearest setting; [configuration.md](configuration.md) lists them all.");

    public static readonly ErrorCode NumberRefused = new("WHR1020",
        "A number is not a whole number, or out of its range.",
        "Write one within the range that the message names.");

    public static readonly ErrorCode FlagRefused = new("WHR1021",
        "A flag is neither `true` nor `false`.",
        "Write one of them.");

    public static readonly ErrorCode DurationRefused = new("WHR1022",
        "A duration cannot be read, or is out of its range.",
        "Write hours:minutes:seconds, such as `00:00:30`, or days.hours:minutes:seconds, such as `30.00:00:00`.");

    public static readonly ErrorCode InstantRefused = new("WHR1023",
        "A point in time cannot be read (`NotBefore`, `NotAfter`), or a secret would end before it begins.",
        "Write one such as `2026-12-01T00:00:00Z`.");

    public static readonly ErrorCode ChoiceRefused = new("WHR1024",
        "A value is not one of the choices (`Duplicates`).",
        "Write one of those that the message names.");

    public static readonly ErrorCode PublicUrlRefused = new("WHR1025",
        "`PublicBaseUrl` is not an absolute `http` or `https` URL, or has a query or fragment.",
        "Write one such as `https://hooks.example.com`.");

    public static readonly ErrorCode SourceNameRefused = new("WHR1026",
        "A source's name has other characters than `a-z`, `0-9` and `-`, begins with a hyphen, or is longer than 63.",
        "Rename it; the name is the end of the URL that the sender calls.");

    public static readonly ErrorCode PublicUrlNeeded = new("WHR1027",
        "The sender signs the URL that it calls (Square), or wants to be told it, and the receiver does not know it.",
        "Set `PublicBaseUrl` to what you typed at the sender, without `/webhook`.");

    public static readonly ErrorCode HandshakeSecretNeeded = new("WHR1028",
        "The sender proves itself with a second secret (Facebook's verify token), and the source has none.",
        "Set `HandshakeSecret` to the token that you typed at the sender.");

    public static readonly ErrorCode SenderOrSchemeFile = new("WHR1029",
        "A source has both `Sender` and `SchemeFile`, or neither.",
        "Set exactly one.");

    public static readonly ErrorCode SchemeRefused = new("WHR1030",
        "A row of your own (`SchemeFile`) breaks a rule, or an override does not fit the sender's scheme.",
        "The message names the file, the place and what is expected there.");

    public static readonly ErrorCode SchemeFileUnreadable = new("WHR1031",
        "The file of `SchemeFile` cannot be read.",
        "Name a file that exists and that the process may read; the path is relative to the content root.");

    public static readonly ErrorCode NoSource = new("WHR1032",
        "No source is configured at all.",
        "Configure one, for example `Sources:default:Sender` and `Sources:default:Secrets:0`.");

    public static readonly ErrorCode InboxProviderUnknown = new("WHR1033",
        "`Inbox:Provider` is not a store.",
        "Write `Sqlite` or, where it is added as it is in the container, `PostgreSql`.");

    public static readonly ErrorCode InboxFileRefused = new("WHR1034",
        "`Inbox:ConnectionString` does not name a file, or says more than `Data Source`. A database in memory would keep no promise.",
        "Write `Data Source=` and a path.");

    public static readonly ErrorCode ProxyRefused = new("WHR1035",
        "An element of `TrustedProxies` is neither a network nor an address, or `TrustedProxies` is a text and not a list.",
        "Write one such as `10.0.0.0/8` or `192.0.2.7`.");

    public static readonly ErrorCode ProxyOfEverybody = new("WHR1036",
        "An element of `TrustedProxies` covers every address, so that everybody's `X-Forwarded-*` headers would be believed.",
        "Name the networks of your proxies.");

    public static readonly ErrorCode InboxServerRefused = new("WHR1037",
        "`Inbox:Provider` is `PostgreSql`, and `Inbox:ConnectionString` does not name a server and a database.",
        "Write one such as `Host=db;Database=webhooks;Username=receiver;Password=…`.");

    public static readonly ErrorCode SenderUnverified = new("WHR1038",
        "The sender's row is recalled: nobody has read in the sender's own documentation or code how it proves its deliveries.",
        "Compare the row with the sender's documentation, and set `AllowUnverifiedSender`; or write a row of your own.");

    public static readonly ErrorCode KeyFetchNotAllowed = new("WHR1039",
        "The sender's public keys must be fetched, and the source does not allow it.",
        "Set `AllowKeyFetch`, and let the receiver reach the sender's host over HTTPS.");

    public static readonly ErrorCode ManagementUrlRefused = new("WHR1040",
        "`Management:Url` is not an address to listen on.",
        "Write one such as `http://127.0.0.1:8081`.");

    public static readonly ErrorCode ManagementTokenRefused = new("WHR1041",
        "`Management:Token` has fewer than 32 characters, or one that no header can carry: a blank, a control, or one beyond ASCII.",
        "Make one with `openssl rand -hex 32`.");

    public static readonly ErrorCode ManagementPortShared = new("WHR1042",
        "The management listener has the same port as the public one.",
        "Give it a port of its own.");

    public static readonly ErrorCode ManagementTokenMissing = new("WHR1043",
        "There is no `Management:Token`, outside Development.",
        "Make one with `openssl rand -hex 32`.");

    public static readonly ErrorCode HttpsUnreachable = new("WHR1044",
        "HTTPS is required, no listener has TLS, and no proxy is trusted to have it: every delivery would be refused.",
        "Name your proxy in `TrustedProxies`, configure TLS in Kestrel, or set `RequireHttps` to `false`.");

    public static readonly ErrorCode AllowedAddressRefused = new("WHR1045",
        "An element of a source's `AllowedAddresses` is neither a network nor an address, or `AllowedAddresses` is a text and not a list.",
        "Write one such as `192.0.2.0/24` or `192.0.2.7`.");

    public static readonly ErrorCode ForwardedHeadersOfEverybody = new("WHR1050",
        "`ASPNETCORE_FORWARDEDHEADERS_ENABLED` is set, which believes everybody's `X-Forwarded-*` headers.",
        "Remove it and name your proxies in `TrustedProxies`.");

    public static readonly ErrorCode ListenAddressRefused = new("WHR1051",
        "`ASPNETCORE_URLS`, a `Kestrel:Endpoints:…:Url` or one of the ports is not an address or a port to listen on; a path is none of an address.",
        "Write one such as `http://*:8080`, or `8080`.");

    public static readonly ErrorCode SecretFilesUnreadable = new("WHR1052",
        "The directory of secret files is not there although it is named, or cannot be read.",
        "Mount it, and let the user of the process read it.");

    public static readonly ErrorCode LogSettingsRefused = new("WHR1053",
        "The settings of the log (`Serilog`, `Logging`) cannot be used.",
        "Write a level such as `Debug`, `Information` or `Warning`.");

    public static readonly ErrorCode ServerSettingsRefused = new("WHR1054",
        "The server cannot listen as it is configured: an `https` address whose certificate is missing, cannot be read or does not fit its key or password; a version of TLS before 1.2; or another word under `Kestrel` that is none of the choices.",
        "Correct the key that is named, for example `Kestrel:Certificates:Default:Path` with `KeyPath` or `Password`: see [operations.md](operations.md#tls-without-a-proxy).");

    public static readonly ErrorCode DemoSecretNotKept = new("WHR1055",
        "The demo is on, and its secret cannot be kept beside the inbox.",
        "Name a directory in `Inbox:ConnectionString` that the user of the process may write, or leave the demo off.");

    public static readonly ErrorCode SettingsFileRefused = new("WHR1056",
        "A settings file cannot be read, or is no JSON.",
        "Correct the file at the place that is named. Its text is not repeated, because it can hold secrets.");

    // Answers to senders.
    public static readonly ErrorCode NotVerified = new("WHR2000",
        "The delivery could not be verified. The sender is told no more than that; the reason is one of those [below](#why-a-delivery-was-not-verified).",
        "Look up the delivery id in the rejections.")
    {
        Statuses = [401],
        Title = "The delivery was not accepted.",
    };

    public static readonly ErrorCode SourceUnknown = new("WHR2005",
        "No source has that name.",
        "Correct the URL at the sender, or configure the source.")
    {
        Statuses = [404],
        Title = "There is no such source.",
    };

    public static readonly ErrorCode ContentTypeUnsupported = new("WHR2006",
        "The content type is not one that the source takes: JSON in UTF-8, and forms where the sender has them.",
        "Set the content type at the sender.")
    {
        Statuses = [415],
        Title = "The content type is not one that this source takes.",
    };

    public static readonly ErrorCode BodyTooLarge = new("WHR2007",
        "The body is larger than the source takes.",
        "Raise `MaxBodyBytes` of the source if such bodies are usual.")
    {
        Statuses = [413],
        Title = "The body is larger than this source takes.",
    };

    public static readonly ErrorCode EnvelopeInvalid = new("WHR2008",
        "The envelope is not valid; `errors` names the places by JSON pointer.",
        "The type, the id or the data is missing or malformed: correct it at the sender, or the row's map.")
    {
        Statuses = [400],
        Title = "The envelope of the event is not valid.",
    };

    public static readonly ErrorCode BodyMalformed = new("WHR2009",
        "The body cannot be read: not UTF-8, not JSON, nested too deep, too many properties, or a name that stands twice in one object.",
        "Correct it at the sender; `detail` says where.")
    {
        Statuses = [400],
        Title = "The body cannot be read.",
    };

    public static readonly ErrorCode MethodNotAllowed = new("WHR2012",
        "Another method than POST; `Allow` names those that the source takes.",
        "Send with POST.")
    {
        Statuses = [405],
        Title = "Deliveries are sent with POST.",
    };

    public static readonly ErrorCode HttpsRequired = new("WHR2013",
        "It came over plain HTTP, or by a proxy that is not trusted.",
        "Use the `https` URL; behind a proxy see [operations.md](operations.md#behind-a-proxy).")
    {
        Statuses = [403],
        Title = "Deliveries are taken over HTTPS only.",
    };

    public static readonly ErrorCode ContentEncodingUnsupported = new("WHR2014",
        "The body has a content encoding (gzip).",
        "Have the sender, or the proxy, send it as it is: the signature covers the plain bytes.")
    {
        Statuses = [415],
        Title = "Send the body without a content encoding.",
    };

    public static readonly ErrorCode BodyIncomplete = new("WHR2015",
        "The body ended before its announced length, or its chunks are malformed.",
        "The connection broke; the sender tries again.")
    {
        Statuses = [400],
        Title = "The body ended before its announced length, or its chunks are malformed.",
    };

    public static readonly ErrorCode HandshakeRefused = new("WHR2016",
        "A handshake did not carry the right token or lacks what the answer repeats, or a GET is not the sender's handshake.",
        "Compare `HandshakeSecret` with what you typed at the sender.")
    {
        Statuses = [403],
        Title = "The handshake was refused.",
        OtherStatus = "or what the sender's row says",
    };

    public static readonly ErrorCode RateLimited = new("WHR2017",
        "The source has sent more verified events than its `RateLimit` takes. `Retry-After` is set.",
        "The sender tries again. Raise `RateLimit` if that much is usual; if it is not, see who has the secret.")
    {
        Statuses = [429],
        Title = "The source sends more than it may; nothing was stored. Send the event again later.",
    };

    public static readonly ErrorCode BodyTooSlow = new("WHR2018",
        "The body took too long: more than 10 s, and one second more for each MiB of it; or fewer than 240 bytes a second.",
        "Have the proxy read bodies whole before it passes them on (nginx: `proxy_request_buffering on`). The limit is no setting.")
    {
        Statuses = [408],
        Title = "The body took too long to arrive.",
    };

    public static readonly ErrorCode FramingAmbiguous = new("WHR2019",
        "It is not clear where the body ends: a `Transfer-Encoding` that is not `chunked` alone, one beside a `Content-Length`, or one in HTTP/1.0.",
        "No sender does this. Look at what stands between: two servers that read the same bytes differently can be made to take one request for two.")
    {
        Statuses = [400],
        Title = "It is not clear where the body ends.",
    };

    public static readonly ErrorCode Overloaded = new("WHR4001",
        "Too much waits to be stored, or the bodies that are still arriving hold all the memory that they may (a quarter of what the process has). `Retry-After` is set.",
        "It heals by itself. If it is frequent, the disk is too slow for what arrives; with the reason `BodyMemoryFull` somebody sends many large bodies slowly: look from where, and have the proxy read bodies whole.")
    {
        Statuses = [503],
        Title = "Too much is waiting; nothing was acknowledged. Send the event again.",
    };

    public static readonly ErrorCode StorageFailed = new("WHR4002",
        "The event could not be stored, or receiving it failed. `Retry-After` is set.",
        "Look at the log: a full disk heals by itself; 2004 is a fault of ours, and the process goes on; where the inbox failed, the process ends with exit code 70.")
    {
        Statuses = [503],
        Title = "The event could not be stored; nothing was acknowledged. Send it again.",
    };

    public static readonly ErrorCode DiskNearlyFull = new("WHR4003",
        "The disk of the inbox is nearly full. `Retry-After` is set.",
        "See [operations.md](operations.md#a-full-disk); it heals by itself when there is room.")
    {
        Statuses = [503],
        Title = "There is no room for the event at the moment; nothing was acknowledged. Send it again.",
    };

    public static readonly ErrorCode StorageSlow = new("WHR4004",
        "Storing the event took longer than 10 s. `Retry-After` is set. It may be stored all the same: then it is handled, and the sender's next try is answered `duplicate`.",
        "The disk or the database server stalls: look at what else uses it.")
    {
        Statuses = [503],
        Title = "Storing the event took too long; nothing was acknowledged. Send it again.",
    };

    public static readonly ErrorCode KeyUnavailable = new("WHR4005",
        "The sender's public key must be fetched, and could not be. `Retry-After` is set.",
        "Look at the log (2009): the receiver must reach the sender's host over HTTPS.")
    {
        Statuses = [503],
        Title = "The sender's key could not be fetched; nothing was acknowledged. Send the event again.",
    };

    // Answers of the management API.
    public static readonly ErrorCode TokenRefused = new("WHR5000",
        "The token is missing or wrong.",
        "Send `Authorization: Bearer <Management:Token>`. In Development without one, ask this machine for `localhost` or a loopback address.")
    {
        Statuses = [401],
        Title = "Send the management token: Authorization: Bearer <token>.",
    };

    public static readonly ErrorCode ParameterRefused = new("WHR5001",
        "A parameter or the reason is not as it must be.",
        "The title says what is expected.")
    {
        Statuses = [400],
    };

    public static readonly ErrorCode EventUnknown = new("WHR5002",
        "There is no such event.",
        "Ids are those of `GET /api/v1/events`.")
    {
        Statuses = [404],
        Title = "There is no such event.",
    };

    public static readonly ErrorCode StateRefused = new("WHR5003",
        "The event is being handled, no handler takes its type, or it has no work that waits.",
        "Try again when it has ended; register a handler for its type.")
    {
        Statuses = [409],
    };

    public static readonly ErrorCode BodyPurged = new("WHR5004",
        "The body of the event is gone: it ended longer ago than `Inbox:BodyRetention`. Its body cannot be shown (410), and it cannot be replayed (409).",
        "Ask the sender to send it again, under an id of its own; keep bodies longer.")
    {
        Statuses = [410, 409],
        Title = "The body of the event is gone: its time was up (Inbox:BodyRetention). The rest of the event can still be looked at.",
    };

    public static readonly ErrorCode BodyCorrupt = new("WHR5005",
        "The stored body does not match the SHA-256 that was taken when it arrived: the disk or another program changed it. It is not shown (500), and cannot be replayed (409).",
        "Look at the disk; take the event from a [backup](operations.md#backup).")
    {
        Statuses = [500, 409],
        Title = "The stored body is not the one that arrived: it does not match its SHA-256. It is neither shown nor handled.",
    };

    public static readonly ErrorCode TokensThrottled = new("WHR5006",
        "Too many calls without the token, or with a wrong one, came from this address. `Retry-After` is set.",
        "Send the right token: with it you are never refused.")
    {
        Statuses = [429],
        Title = "Too many calls without the management token came from this address.",
    };

    public static readonly ErrorCode InboxAway = new("WHR5007",
        "It could not be done now, most likely because the inbox's database cannot be reached. `Retry-After` is set. A replay or cancellation whose connection broke in the middle may be done all the same.",
        "Look at the log (5001) and at `/readyz`; try again.")
    {
        Statuses = [503],
        Title = "It could not be done now, most likely because the inbox cannot be reached. The log says why.",
    };

    public static readonly ErrorCode RejectionRefused = new("WHR5008",
        "The rejected delivery was looked at again with the sources of now, and is refused still (409), or its event could not be stored (503); the title names the reason.",
        "Mend what the reason names, and admit it again.")
    {
        Statuses = [409, 503],
    };

    public static readonly ErrorCode RejectionUnknown = new("WHR5009",
        "There is no such rejection, or its delivery was not captured, or not kept any longer.",
        "Ids are those of `GET /api/v1/rejections`; `captured` says whether there is anything to admit. Set `CaptureRejections` of the source.")
    {
        Statuses = [404],
        Title = "There is no captured delivery of that id.",
    };
}
