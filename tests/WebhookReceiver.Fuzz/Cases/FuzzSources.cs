namespace WebhookReceiver.Fuzz.Cases;

/// <summary>The sources of the receiver under test: one for each way in which senders differ.</summary>
internal static class FuzzSources
{
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Order = """{"event":"new_order","id":"ididididididid00","timestamp":"2026-01-15T09:30:00Z","data":{"order_id":"A-1001","customer_name":"Ada Lovelace","total_amount":129.90}}""";

    // Sources without handlers for most of what they are sent: it is parked. Those of new_order are handled.
    public static IReadOnlyList<FuzzSource> Create() =>
    [
        new("plain", "hmac-sha256", 20,
            (Json, """{"event":"order.paid","id":"ididididididid00","data":{"lines":[{"sku":"a","price":1.5,"tags":["x","y"]},{"sku":"b","price":0,"tags":[]}],"note":"Zo\u00eb \ud83d\ude00","open":true,"nothing":null}}"""),
            (Json, Order)),
        new("standard", "standard-webhooks", 20,
            (Json, """{"type":"user.created","timestamp":"2026-01-15T09:30:00Z","data":{"id":"ididididididid00","roles":["admin",{"of":{"team":7}}],"name":"Ada"}}"""),
            (Json, Order)),
        new("github", "github", 15,
            (Json, """{"action":"opened","issue":{"id":1001,"number":42,"title":"It arrives twice","user":{"id":7,"login":"octocat"}},"repository":{"full_name":"octocat/Hello-World"},"node":"ididididididid00"}"""),
            (Form, "payload=%7B%22action%22%3A%22closed%22%2C%22issue%22%3A%7B%22number%22%3A42%7D%2C%22node%22%3A%22ididididididid00%22%7D")),
        new("stripe", "stripe", 15,
            (Json, """{"id":"ididididididid00","object":"event","created":1700000000,"livemode":false,"type":"invoice.paid","data":{"object":{"id":"in_1001","amount_paid":12990,"status":"paid"}}}""")),
        new("slack", "slack", 8,
            (Json, """{"type":"event_callback","event":{"type":"app_mention","text":"<@U0> is it up?","ts":"1515449522.000016"},"event_id":"ididididididid00","event_time":1515449522}"""),
            (Form, "command=%2Fdeploy&text=to+%C3%BCber&trigger_id=ididididididid00&user_name=ada&empty=")),
        new("square", "square", 8,
            (Json, """{"type":"payment.created","event_id":"ididididididid00","created_at":"2026-01-15T09:30:00Z","data":{"type":"payment","object":{"payment":{"amount_money":{"amount":12990,"currency":"EUR"}}}}}""")),
        new("twilio", "twilio", 4,
            (Form, "MessageSid=ididididididid00&MessageStatus=delivered&To=%2B15558675310&From=%2B15017122661&ApiVersion=2010-04-01")),
        new("line", "line", 6,
            (Json, """{"destination":"U8e","events":[{"type":"message","webhookEventId":"ididididididid00","message":{"id":"1","text":"\u3053\u3093"},"timestamp":1692251666727},{"type":"follow","webhookEventId":"second","mode":"active"}]}"""),
            (Json, """{"destination":"U8e","events":[]}""")),
        new("sign", "dropbox-sign", 2,
            ("multipart/form-data; boundary=----a1b2", "------a1b2\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n"
                + """{"event":{"event_time":"1768469400","event_type":"signed","event_hash":"00"},"signature_request":{"signature_request_id":"ididididididid00"}}"""
                + "\r\n------a1b2--\r\n")),
        new("discord", "discord-interactions", 1,
            (Json, """{"id":"ididididididid00","type":2,"token":"interaction-token","data":{"id":"7718","name":"status","type":1},"version":1}""")),
        new("vonage", "vonage", 1,
            (Json, """{"message_uuid":"ididididididid00","to":"447700900000","timestamp":"2026-01-15T09:30:00Z","status":"delivered","channel":"sms"}""")),
    ];
}
