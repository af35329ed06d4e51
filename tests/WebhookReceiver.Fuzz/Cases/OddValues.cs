using System.Text;

namespace WebhookReceiver.Fuzz.Cases;

/// <summary>What stands where something else is expected. Each is some bytes, and not all of them are JSON or UTF-8.</summary>
internal static class OddValues
{
    /// <summary>In the place of a JSON value.</summary>
    public static readonly byte[][] Values =
    [
        .. Utf8(
            "1e400", "-0", "0.1e-999", "1234567890123456789012345678901234567890", "1.0", "01", "+1", "1.", ".5", "NaN", "-Infinity", "0x10", "9223372036854775808",
            "\"\"", "\" \"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\uD83D\\uDE00\"", "\"\\u2028\"", "\"\\u00e9\\u0301\"", "\"\\/\\b\\f\\n\\r\\t\"",
            "\"\\x\"", "\"\\u12\"", "\"open", "\"raw\nline\"", "\"raw\ttab\"", "\"../../etc/passwd\"", "\"System.IO.FileInfo, System.Runtime\"", "\"a.b.c\"", "\"' or 1=1--\"",
            "\"<script>alert(1)</script>\"", "\"url_verification\"", "\"new_order\"", "\"\u001b[31m\"", "\"\uFEFF\"", "\"\u202E\"",
            "true", "false", "null", "nul", "True", "{}", "[]", "[[]]", "[,]", "[1,]", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "{\"\":1,\"\":2}",
            "{\"\\ud800\":1}", "{\"$type\":\"System.IO.FileInfo\"}", "{\"a\" 1}", "{a:1}", "{'a':1}", "/*c*/1", "1//c", "", " ", "1 2", "]", "}", "\"" + new string('x', 257) + "\"",
            "\"" + new string('x', 201) + "\"", "\"" + new string('\u00e9', 129) + "\"", "\"" + new string('y', 5_000) + "\""),
        [(byte)'"', 0xFF, (byte)'"'], [(byte)'"', 0xC0, 0x80, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'], [(byte)'"', 0xE2, 0x82, (byte)'"'], [(byte)'"', 0xF4, 0x90, 0x80, 0x80, (byte)'"'],
        .. new[] { 8, 31, 32, 61, 62, 63, 64, 65, 200, 5_000 }.Select(static depth => Encoding.ASCII.GetBytes(new string('[', depth) + new string(']', depth))),
        .. new[] { 62, 63, 64, 300 }.Select(static depth => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth))),
    ];

    /// <summary>In the place of a name of a JSON object, with its quotation marks.</summary>
    public static readonly byte[][] Names = Utf8(
        "\"\"", "\"id\"", "\"ID\"", "\"type\"", "\"event\"", "\"data\"", "\"\\u0069d\"", "\"\\ud800\"", "\"$type\"", "\"__proto__\"", "\"a/b~c\"", "\"0\"", "\"-\"", "\"\\u0000\"", "id", "'id'", "1", "null",
        "\"" + new string('n', 1_000) + "\"");

    /// <summary>In the place of the id that stands in a header, or that is signed.</summary>
    public static readonly string[] Ids =
    [
        "a", "A", "a:b", "a/b", "a.b", "a b", "-", "0", "' or 1=1--", "../x", "\u00e9", "e\u0301", "\ud83d\ude00", new('i', 128), new('i', 129), new('i', 256), new('i', 257), "%00", "{\"a\":1}",
    ];

    /// <summary>In the place of a field, or of a part of one, in a form.</summary>
    public static readonly byte[][] FormPieces =
    [
        .. Utf8(
            "&", "=", "&&", "==", "%", "%2", "%zz", "%%41", "%00", "%0d%0a", "%ff", "%c0%80", "%ed%a0%80", "%e2%82", "%E2%82%AC", "+", "%2B", ";", "a", "a=", "=a", "a=b=c", "payload=%7B%7D", "payload=",
            "payload=%5B", "payload=null", "payload=%22x%22", "%70ayload=%7B%7D", "command=%2Fother", "trigger_id=1", "MessageSid=x", "type=url_verification", "\0", "\r\n", "\u00e9", "[]=1", "a[b]=1"),
        [0xFF],
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("&f=1", 1_023))),
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("&f=1", 1_030))),
    ];

    /// <summary>In the place of anything in a multipart body.</summary>
    public static readonly byte[][] MultipartPieces = Utf8(
        "\r\n", "\n", "--", "------a1b2", "\r\n------a1b2", "\r\n------a1b2--", "\r\n------a1b2--\r\nepilogue", "preamble\r\n------a1b2\r\n", "\r\n------a1b2x", "name=\"json\"", "name=json", "name=\"\"", "; filename=\"a\"",
        "Content-Disposition: form-data; name=\"json\"\r\n", "Content-Type: application/json; charset=utf-16\r\n", "Content-Transfer-Encoding: base64\r\n", "\0", "\r\n\r\n", "; name*=utf-8''json",
        "\r\n------a1b2\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{}");

    public static readonly string[] ContentTypes =
    [
        "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "APPLICATION/JSON", "application/vnd.api+json", "application/json; charset=utf-16", "text/plain", "text/json", "application/xml",
        "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8", "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=----a1b2",
        "multipart/form-data; boundary=\"----a1b2\"", "multipart/form-data; boundary=----a1b2; boundary=y", "application/json, application/json", "json", "", ";", "application/json; =", "*/*",
    ];

    private static byte[][] Utf8(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];
}
