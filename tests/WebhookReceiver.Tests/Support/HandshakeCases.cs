namespace WebhookReceiver.Tests.Support;

/// <summary>Every handshake of the catalogue as its sender documents it, and those that no sender of the catalogue has, from files of a user.</summary>
internal static class HandshakeCases
{
    /// <summary>The second secret of every source that has one.</summary>
    public const string HandshakeSecret = "the verify token of the tests";

    /// <summary>The secret of X and of Zoom, with which the answers below are computed.</summary>
    public const string KnownSecret = "consumer-secret-test";

    public const string BaseUrl = "https://hooks.example.com";

    private const string Challenge = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Json = "application/json";

    private static readonly string Token = Uri.EscapeDataString(HandshakeSecret);

    /// <summary>Rows of a user, by their id.</summary>
    public static IReadOnlyDictionary<string, string> Files { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["challenge-as-json"] = Row("challenge-as-json", """
            { "name": "subscribe", "method": "GET", "verified": false, "when": { "{query:hub.mode}": "subscribe" }, "secretEquals": "{query:hub.verify_token}", "refusedStatus": 401,
              "reply": { "contentType": "application/json", "body": "{{\"hub.challenge\":\"{query:hub.challenge}\"}" } }
            """),
        ["challenge-in-a-header"] = Row("challenge-in-a-header", """
            { "name": "echo", "method": "GET", "verified": false, "when": {},
              "reply": { "headers": { "X-Echo": "<{query:challenge}>", "X-Content-Type-Options": "sniff" }, "body": "{query?:challenge}" } }
            """),
    };

    /// <summary>Batches without an event, by which senders try a URL: Xero's intent to receive, LINE's and SparkPost's tests.</summary>
    public static IReadOnlyList<HandshakeCase> EmptyBatches { get; } =
    [
        new("xero", "intent to receive") { Body = """{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"JJFQXYKLTDRMNKGUOVXC"}""" },
        new("line", "test of the URL") { Body = """{"destination":"xxxxxxxxxx","events":[]}""" },
        new("sparkpost", "test of the URL") { Body = """[{"msys":{}}]""" },
    ];

    public static IReadOnlyList<HandshakeCase> All { get; } =
    [
        // The value of a query, as text: some show a second secret first.
        .. new[] { "facebook", "instagram", "messenger", "whatsapp" }.Select(static sender => new HandshakeCase(sender, "subscribe")
        {
            Method = "GET", Query = $"hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={Token}", Reply = "1158201444",
        }),
        new("websub", "intent verification") { Method = "GET", Query = $"hub.mode=subscribe&hub.topic={Token}&hub.challenge={Challenge}&hub.lease_seconds=432000", Reply = Challenge },
        new("websub", "denied") { Method = "GET", Query = "hub.mode=denied&hub.reason=none" },
        new("dropbox", "challenge") { Method = "GET", Query = "challenge=abc123", Reply = "abc123" },
        new("microsoft-graph", "validation")
        {
            Query = "validationToken=Validation%3a+Testing+client+application+reachability", ContentType = "text/plain; charset=utf-8",
            Reply = "Validation: Testing client application reachability",
        },

        // As JSON.
        new("challenge-as-json", "subscribe")
        {
            Method = "GET", Query = $"hub.mode=subscribe&hub.challenge=15f7d1a91c1f40f8&hub.verify_token={Token}", ReplyType = Json, Reply = """{"hub.challenge":"15f7d1a91c1f40f8"}""",
        },

        // The query is signed.
        new("wechat", "server validation") { Method = "GET", Query = "nonce=nonce1&echostr=5837397520665436492", Reply = "5837397520665436492" },

        // The answer is computed: with the key, and with the second secret and the URL.
        new("x", "CRC")
        {
            Method = "GET", Query = "crc_token=challenge_string&nonce=n1", ReplyType = Json, Reply = """{"response_token":"sha256=P5/riSaUUPusmtTRMtCCiIrPzVR7vDimoBVITSR9ELQ="}""",
        },
        new("zoom", "endpoint.url_validation")
        {
            Body = """{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680}""", ReplyType = Json,
            Reply = """{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"cf8636744c97cf4f219b8a49131ab446bccad7562cfa8f63ec5ec578bbf7c182"}""",
        },
        new("ebay", "endpoint validation")
        {
            Method = "GET", Query = "challenge_code=a8628072-3d33-45ee-9004-bee86830a22d", ReplyType = Json,
            Reply = """{"challengeResponse":"27b1bbb33670646bfde2de995349b237ce392734ec514fedfcd1c563a23f4e74"}""",
        },

        // The status alone.
        new("fitbit", "verify") { Method = "GET", Query = $"verify={Token}", Status = 204 },

        // A part of the body: as JSON, out of an array, as text.
        new("slack", "url_verification")
        {
            Body = $$"""{"token":"Jhj5dZrVaK7ZwHHjRyZWjbDl","challenge":"{{Challenge}}","type":"url_verification"}""", ReplyType = Json, Reply = $$"""{"challenge":"{{Challenge}}"}""",
        },
        new("monday", "challenge") { Body = $$"""{"challenge":"{{Challenge}}"}""", ReplyType = Json, Reply = $$"""{"challenge":"{{Challenge}}"}""" },
        new("azure-event-grid", "SubscriptionValidation")
        {
            Body = """[{"id":"2d1781af-3a4c-4d7c-bd0c-e34b19da4e66","topic":"/subscriptions/x","subject":"","data":{"validationCode":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2026-02-01T12:00:00Z","metadataVersion":"1","dataVersion":"1"}]""",
            Headers = [("aeg-event-type", "SubscriptionValidation")], ReplyType = Json, Reply = """{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}""",
        },
        new("twitch", "webhook_callback_verification")
        {
            Body = """{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"id":"f1c2a387","status":"webhook_callback_verification_pending","type":"channel.follow"}}""",
            Headers = [("Twitch-Eventsub-Message-Type", "webhook_callback_verification")], Reply = "pogchamp-kappa-360noscope-vohiyo",
        },

        // A fixed answer to a fixed question.
        new("discord-interactions", "PING") { Body = """{"id":"1","application_id":"2","type":1,"version":1}""", ReplyType = Json, Reply = """{"type":1}""" },
        new("discord-events", "PING") { Body = """{"version":1,"application_id":"1234560123453231555","type":0}""", Status = 204 },
        new("google-health", "verification") { Body = """{"type":"verification"}""", Status = 201 },
        new("figma", "PING") { Body = """{"event_type":"PING","webhook_id":"22"}""" },
        new("viber", "set_webhook") { Body = """{"event":"webhook","timestamp":1457764197627,"message_token":241256543215}""" },
        new("intercom", "ping") { Body = """{"type":"notification_event","topic":"ping","data":{"item":{"type":"ping"}}}""" },
        new("terraform-cloud", "verification") { Body = """{"payload_version":1,"notifications":[{"message":"Verification of test","trigger":"verification"}]}""" },
        new("smartsheet", "status") { Body = """{"newWebhookStatus":"ENABLED","nonce":"n","webhookId":1}""" },
        new("twitch", "revocation")
        {
            Body = """{"subscription":{"id":"f1c2a387","status":"authorization_revoked","type":"channel.follow"}}""", Headers = [("Twitch-Eventsub-Message-Type", "revocation")], Status = 204,
        },

        // A header, into a header or the body.
        new("smartsheet", "verification")
        {
            Body = """{"challenge":"x","webhookId":1}""", Headers = [("Smartsheet-Hook-Challenge", "adb4f409-8035")], ReplyType = Json,
            Reply = """{"smartsheetHookResponse":"adb4f409-8035"}""", ReplyHeaders = [("Smartsheet-Hook-Response", "adb4f409-8035")],
        },
        new("front-application", "sync") { Body = """{"type":"sync","authorization":{"id":"cmp_abc"},"payload":{}}""", Headers = [("X-Front-Challenge", "front-1")], Reply = "front-1" },
        new("asana", "hook_secret") { Body = "{}", Headers = [("X-Hook-Secret", "b537207f20cbfa02357cf448134da559")], ReplyHeaders = [("X-Hook-Secret", "b537207f20cbfa02357cf448134da559")] },
        new("okta-event-hook", "verification")
        {
            Method = "GET", Headers = [("X-Okta-Verification-Challenge", "uniqueValue")], ReplyType = Json, Reply = """{"verification":"uniqueValue"}""",
        },
        .. new[] { "cloudevents-webhook", "azure-event-grid-cloudevents" }.Select(static sender => new HandshakeCase(sender, "abuse protection")
        {
            Method = "OPTIONS", Headers = [("WebHook-Request-Origin", "eventemitter.example.com"), ("WebHook-Request-Rate", "120")],
            ReplyHeaders = [("WebHook-Allowed-Origin", "eventemitter.example.com"), ("WebHook-Allowed-Rate", "*"), ("Allow", "POST")],
        }),

        // Only to be answered, some before there is anything to sign with.
        new("slack", "ssl_check") { Body = "ssl_check=1&token=Jhj5dZrVaK7ZwHHjRyZWjbDl", ContentType = Form },
        new("mailchimp", "URL check") { Method = "GET" },
        new("mandrill", "URL check") { Method = "HEAD" },
        new("mandrill", "URL check by POST") { Body = "mandrill_events=%5B%5D", ContentType = Form },
        new("trello", "head") { Method = "HEAD" },
        new("intercom", "head") { Method = "HEAD" },
        new("withings", "URL check by HEAD") { Method = "HEAD" },
        new("withings", "URL check by GET") { Method = "GET" },
        new("wise", "test notification") { Body = """{"data":{},"event_type":"test"}""", Headers = [("X-Test-Notification", "true")] },
        new("notion", "verification_token") { Body = """{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}""" },
        new("bitbucket-server", "ping") { Body = """{"test":true}""", Headers = [("X-Event-Key", "diagnostics:ping")] },
        new("woocommerce", "activation") { Body = "webhook_id=1", ContentType = Form },
        new("challenge-in-a-header", "echo") { Method = "GET", Query = "challenge=a%20b", Reply = "a b", ReplyHeaders = [("X-Echo", "<a b>")] },
    ];

    private static string Row(string id, string handshake) => $$$"""
        { "id": "{{{id}}}", "name": "A sender of a user",
          "schemes": [{ "hash": "sha256", "content": "{body}", "signature": { "header": "X-Signature", "format": "bare", "encoding": "hex" } }],
          "event": { "id": ["{digest}"], "type": ["event"], "data": ["{json:}"] },
          "handshakes": [{{{handshake}}}],
          "evidence": { "confidence": "documentation", "sources": ["the sender's own"] } }
        """;
}
