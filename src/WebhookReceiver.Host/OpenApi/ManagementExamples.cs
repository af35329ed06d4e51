namespace WebhookReceiver.Host.OpenApi;

/// <summary>What the management API answers, by operation.</summary>
internal static class ManagementExamples
{
    public const string EventId = "whe_q2rN7w0mQ1arZs3vDSbUVg";
    public const string DeliveryId = "whd_Zk3V9f1t0cO8hQ2b";

    public static string? Of(string operation) => operation switch
    {
        "livez" => """{"status":"alive"}""",
        "readyz" => """{"status":"ready"}""",
        "ListEvents" => $$"""
            {"items":[{"id":"{{EventId}}","source":"default","eventId":"4f1c2a","type":"new_order","state":"succeeded",
            "receivedAt":"2026-03-01T12:00:00.123+00:00","attempts":1}],"next":null}
            """,
        "GetEvent" => $$"""
            {"id":"{{EventId}}","source":"default","eventId":"4f1c2a","type":"new_order","state":"succeeded","timestamp":null,
            "receivedAt":"2026-03-01T12:00:00.123+00:00","contentType":"application/json","bodyBytes":101,"body":"stored",
            "headers":{"User-Agent":"curl/8.5.0","X-Event-Id":"4f1c2a"},
            "verification":{"secret":1,"bodySha256":"d3b1f1a7d0b7a2b8cbb2f0a9b4a6e5c1a0f6d9e8c7b6a5f4e3d2c1b0a9f8e7d6"},
            "handlers":[{"handler":"NewOrderHandler","state":"succeeded","dueAt":null,"attempts":[{"number":1,"replay":0,
            "startedAt":"2026-03-01T12:00:00.125+00:00","endedAt":"2026-03-01T12:00:00.131+00:00","outcome":"succeeded","error":null}]}]}
            """,
        "ReplayEvent" => $$"""{"id":"{{EventId}}","status":"replayed"}""",
        "CancelEvent" => $$"""{"id":"{{EventId}}","status":"cancelled"}""",
        "ListRejections" => $$"""
            {"items":[{"deliveryId":"{{DeliveryId}}","at":"2026-03-01T12:00:00+00:00","source":"default","reason":"SignatureMismatch",
            "code":"WHR2000","status":401,"remoteAddress":"203.0.113.7","bodyBytes":101,"captured":false,"admittedAs":"{{EventId}}",
            "cause":"BodyRewritten","explanation":"The JSON was parsed and written anew on the way, with other white space or other escapes. Read the raw body before anything parses it, and pass it on unchanged."}]}
            """,
        "AdmitRejection" => $$"""{"id":"{{EventId}}","status":"admitted"}""",
        "ListSources" => """{"items":[{"name":"default","sender":"standard-webhooks","secrets":[{"number":1,"state":"live","notBefore":null,"notAfter":null,"lastMatchedAt":"2026-02-01T12:00:00Z"}],"maxBodyBytes":1048576,"warnings":[],"coverage":"body","lastAcceptedAt":"2026-02-01T12:00:00Z","clockSkewSeconds":0.4}]}""",
        "GetStats" => """
            {"states":{"pending":0,"running":0,"scheduled":1,"succeeded":1204,"dead":2,"parked":0,"cancelled":0},
            "unaccounted":0,"purged":31870,"duplicates":3,"rejected":17}
            """,
        _ => null,
    };
}
