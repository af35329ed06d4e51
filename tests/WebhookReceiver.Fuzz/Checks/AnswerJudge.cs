using System.Text.Json;
using System.Text.RegularExpressions;
using WebhookReceiver.Fuzz.Cases;
using WebhookReceiver.Fuzz.Wire;

namespace WebhookReceiver.Fuzz.Checks;

/// <summary>Holds an answer against what is documented (<c>docs/errors.md</c>) and against what must become of its request.</summary>
internal static partial class AnswerJudge
{
    private static readonly Dictionary<string, int[]> Problems = new(StringComparer.Ordinal)
    {
        ["WHR2000"] = [401],
        ["WHR2005"] = [404],
        ["WHR2006"] = [415],
        ["WHR2007"] = [413],
        ["WHR2008"] = [400],
        ["WHR2009"] = [400],
        ["WHR2012"] = [405],
        ["WHR2014"] = [415],
        ["WHR2015"] = [400],
        ["WHR2018"] = [408],
        ["WHR2019"] = [400],
        ["WHR2016"] = [403],
        ["WHR4001"] = [503],
        ["WHR4002"] = [503],
        ["WHR4003"] = [503],
        ["WHR4004"] = [503],
    };

    private static readonly string[] RefusalMembers = ["type", "title", "status", "code", "deliveryId"];
    private static readonly string[] ProblemMembers = [.. RefusalMembers, "detail", "errors"];

    // What the server says of a request that is none of HTTP: without a body.
    private static readonly HashSet<int> ServerStatuses = [400, 404, 405, 408, 411, 413, 414, 417, 431, 501, 505];

    /// <summary>Judges an answer.</summary>
    /// <returns>What is wrong; <see langword="null"/> if nothing is.</returns>
    public static string? Judge(FuzzCase request, WireAnswer answer, out Verdict verdict)
    {
        verdict = default;
        if (answer.Header("Server") is not null)
        {
            return "It names the server.";
        }

        string? problem = answer.Status is >= 200 and < 300 ? ReadSuccess(request, answer, out verdict)
            : answer.Body.IsEmpty ? ReadServers(request, answer)
            : ReadProblem(answer, out verdict);
        return problem ?? request.Expectation switch
        {
            FuzzExpectation.Verified when answer.Status is 401 or 404 or 405 || (answer.Status == 403 && verdict.Outcome != FuzzOutcome.Handshake) => "It was signed over what it is, and refused.",
            FuzzExpectation.Refused when answer.Status != 401 => "It was not signed over what it is, and its answer is no 401.",
            _ => null,
        };
    }

    private static string? ReadSuccess(FuzzCase request, WireAnswer answer, out Verdict verdict)
    {
        verdict = new Verdict(FuzzOutcome.Handshake, []);
        FuzzSource source = request.Source!;
        if (source.AnswersWithId)
        {
            return answer.Status == 200 ? ReadReceipt(answer, out verdict) : "The status is not the one of its success.";
        }

        // A handshake says something; what was stored is answered as the row says, without its id.
        if (answer.Status == source.Plan.Definition.Answer.Status && answer.Body.Span.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(source.Plan.Definition.Answer.Body ?? "")))
        {
            verdict = new Verdict(FuzzOutcome.Stored, []);
            return null;
        }

        return source.Plan.Definition.Handshakes.Count > 0 && answer.Status == 200 && answer.Header("X-Content-Type-Options") == "nosniff" ? null
            : "It is neither the answer of the row nor a handshake.";
    }

    private static string? ReadReceipt(WireAnswer answer, out Verdict verdict)
    {
        var receipts = new List<Receipt>();
        verdict = new Verdict(FuzzOutcome.Stored, receipts);
        using var json = JsonDocument.Parse(answer.Body);
        if (!json.RootElement.TryGetProperty("events", out JsonElement events))
        {
            return TryAdd(json.RootElement, receipts) ? null : "It is no receipt.";
        }

        foreach (JsonElement item in events.EnumerateArray())
        {
            if (!TryAdd(item, receipts))
            {
                return "It is no receipt.";
            }
        }

        verdict = receipts.Count == 0 ? verdict with { Outcome = FuzzOutcome.Handshake } : verdict;
        return json.RootElement.GetProperty("status").GetString() == (receipts.Exists(static receipt => !receipt.IsDuplicate) || receipts.Count == 0 ? "accepted" : "duplicate")
            && (receipts.Count == 0 || json.RootElement.GetProperty("id").GetString() == receipts[0].Id) ? null
            : "The receipt of the batch is not that of its events.";
    }

    private static bool TryAdd(JsonElement item, List<Receipt> receipts)
    {
        string? id = item.GetProperty("id").GetString();
        string? status = item.GetProperty("status").GetString();
        if (status is not ("accepted" or "duplicate") || !ReceiptId().IsMatch(id!))
        {
            return false;
        }

        receipts.Add(new Receipt(id!, status == "duplicate"));
        return true;
    }

    private static string? ReadServers(FuzzCase request, WireAnswer answer) =>
        (request.Kind == FuzzKind.Raw || answer.Status == 400) && ServerStatuses.Contains(answer.Status) ? null : "It is empty.";

    private static string? ReadProblem(WireAnswer answer, out Verdict verdict)
    {
        verdict = default;
        if (answer.Header("Content-Type") != "application/problem+json")
        {
            return "It is no problem.";
        }

        using var json = JsonDocument.Parse(answer.Body);
        string code = json.RootElement.GetProperty("code").GetString()!;
        string[] members = [.. json.RootElement.EnumerateObject().Select(static member => member.Name)];
        verdict = new Verdict(
            code switch
            {
                "WHR2000" => FuzzOutcome.NotVerified,
                "WHR2008" or "WHR2009" => FuzzOutcome.Invalid,
                "WHR2016" => FuzzOutcome.Handshake,
                _ when answer.Status == 503 => FuzzOutcome.Deferred,
                _ => FuzzOutcome.Refused,
            },
            []);
        return !Problems.TryGetValue(code, out int[]? statuses) || !statuses.Contains(answer.Status) ? "The code is not documented for this status."
            : json.RootElement.GetProperty("status").GetInt32() != answer.Status || json.RootElement.GetProperty("type").GetString() != $"urn:webhook-receiver:{code}" ? "The problem says another status or type."
            : !DeliveryId().IsMatch(json.RootElement.GetProperty("deliveryId").GetString()!) ? "It has no delivery id."
            : !members.SequenceEqual(RefusalMembers) && (answer.Status == 401 || members.Except(ProblemMembers).Any()) ? "It says more than it should."
            : answer.Status == 503 && answer.Header("Retry-After") is null ? "It does not say when to try again."
            : answer.Status == 405 && answer.Header("Allow") is null ? "It does not say which methods are allowed."
            : null;
    }

    [GeneratedRegex("^whe_[A-Za-z0-9_-]{22}\\z")]
    private static partial Regex ReceiptId();

    [GeneratedRegex("^whd_[A-Za-z0-9_-]{16}\\z")]
    private static partial Regex DeliveryId();
}
