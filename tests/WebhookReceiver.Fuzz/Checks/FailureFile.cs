using System.Text;
using System.Text.Json;
using WebhookReceiver.Fuzz.Cases;
using WebhookReceiver.Fuzz.Wire;

namespace WebhookReceiver.Fuzz.Checks;

/// <summary>What failed, so that it can be sent again: the seed and the numbers of the requests that shared a connection, and, for people, what was sent and what came.</summary>
/// <param name="Problem">What was wrong.</param>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Numbers">The requests, in the order in which they were sent behind each other.</param>
/// <param name="Sent">The bytes of the one that was answered wrong, of odd bytes their codes.</param>
/// <param name="Answer">What came.</param>
internal sealed record FailureFile(string Problem, ulong Seed, long[] Numbers, string Sent, string? Answer)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static FailureFile Of(string problem, ulong seed, IReadOnlyList<FuzzCase> cases, FuzzCase request, WireAnswer? answer) =>
        new(problem, seed, [.. cases.Select(static one => one.Number)], Encoding.Latin1.GetString(request.Bytes.Span), answer?.ToString());

    public static FailureFile Read(string path) => JsonSerializer.Deserialize<FailureFile>(File.ReadAllBytes(path))!;

    /// <summary>Writes it into the directory for temporary files.</summary>
    /// <returns>Its path.</returns>
    public string Write()
    {
        string path = Path.Combine(Path.GetTempPath(), FormattableString.Invariant($"webhook-fuzz-{Seed}-{Numbers[0]}.json"));
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, Readable));
        return path;
    }
}
