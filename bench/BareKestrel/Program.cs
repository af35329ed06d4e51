// The measure: what a receiver cannot do without, and nothing else. Reads the body, verifies its signature, parses it, answers 200.
// It stores nothing, knows no event again and runs no handler.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

const string Prefix = "sha256=";

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
var key = Encoding.UTF8.GetBytes(app.Configuration["Secret"] ?? throw new InvalidOperationException("Secret is not set."));

app.MapPost("/webhook", async context =>
{
    var body = await ReadAsync(context.Request);
    if (!IsVerified(context.Request.Headers["X-Signature-256"].ToString(), body))
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return;
    }

    using var json = JsonDocument.Parse(body);
    if (json.RootElement.GetProperty("event").GetString() is not { Length: > 0 })
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return;
    }

    var answer = """{"id":"whe_0000000000000000000000","status":"accepted"}"""u8;
    context.Response.ContentType = "application/json; charset=utf-8";
    context.Response.ContentLength = answer.Length;
    answer.CopyTo(context.Response.BodyWriter.GetSpan(answer.Length));
    context.Response.BodyWriter.Advance(answer.Length);
});

await app.RunAsync();

bool IsVerified(string header, byte[] body)
{
    if (!header.StartsWith(Prefix, StringComparison.Ordinal))
    {
        return false;
    }

    Span<byte> claimed = stackalloc byte[SHA256.HashSizeInBytes];
    Span<byte> expected = stackalloc byte[SHA256.HashSizeInBytes];
    if (Convert.FromHexString(header.AsSpan(Prefix.Length), claimed, out _, out var written) != System.Buffers.OperationStatus.Done || written != claimed.Length)
    {
        return false;
    }

    HMACSHA256.HashData(key, body, expected);
    return CryptographicOperations.FixedTimeEquals(expected, claimed);
}

static async Task<byte[]> ReadAsync(HttpRequest request)
{
    var body = new byte[request.ContentLength ?? throw new BadHttpRequestException("A length is needed.")];
    await request.Body.ReadExactlyAsync(body);
    return body;
}
