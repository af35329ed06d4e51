using System.Globalization;
using System.Text;

namespace WebhookReceiver.Senders.Tests.Docs;

/// <summary>The page of a sender in <c>docs/senders</c>, made from its row alone.</summary>
internal static class SenderPage
{
    public static string Write(SenderDefinition row)
    {
        var plan = SenderPlan.Compile(row);
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"<!-- Made from src/WebhookReceiver.Senders/Catalog/{row.Id}.json by tests/senders. -->\n");
        page.Append(CultureInfo.InvariantCulture, $"# {row.Name} (`{row.Id}`)\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{SenderWords.Proof(row, plan)} {SenderWords.Confidence(row.Evidence.Confidence)}\n\n");
        WriteSetup(row, plan, page);
        WriteProof(row, page);
        WriteEvent(row, page);
        WriteHandshakes(row, page);
        WriteDelivery(row, page);
        WriteList(page, "What to know", plan.Warnings);
        WriteEvidence(row, page);
        return page.ToString();
    }

    private static void WriteSetup(SenderDefinition row, SenderPlan plan, StringBuilder page)
    {
        page.Append("## Set it up\n\n");
        if (row.Setup?.Where is { } where)
        {
            page.Append(Sentence($"- **At {row.Name}**: {where}.\n"));
        }

        page.Append(CultureInfo.InvariantCulture, $"- **URL**: `https://<your host>/webhook/{row.Id}`, or whatever name the source has here.\n");
        if (row.Setup?.Secret is { } secret)
        {
            page.Append(Sentence($"- **Secret**: {secret}.\n"));
        }

        page.Append(CultureInfo.InvariantCulture, $"- **Written as**: {SenderWords.Key(row.Schemes[0])}\n");
        List<string> members = [$"\"Sender\": \"{row.Id}\"", "\"Secrets\": [\"…\"]"];
        if (plan.NeedsHandshakeSecret)
        {
            members.Add("\"HandshakeSecret\": \"…\"");
        }

        if (plan.FetchesKeys)
        {
            members.Add("\"AllowKeyFetch\": true");
        }

        if (row.Evidence.Confidence == Confidence.Recalled)
        {
            members.Add("\"AllowUnverifiedSender\": true");
        }

        string url = plan.NeedsUrl ? ",\n    \"PublicBaseUrl\": \"https://<your host>\"" : "";
        page.Append(CultureInfo.InvariantCulture, $"\n```json\n{{ \"WebhookReceiver\": {{\n    \"Sources\": {{ \"{row.Id}\": {{ {string.Join(", ", members)} }} }}{url} }} }}\n```\n\n");
        if (plan.NeedsUrl)
        {
            page.Append("The URL is part of what is signed or answered: `PublicBaseUrl` must say it as it was typed at the sender, without `/webhook/…`.\n\n");
        }
    }

    private static void WriteProof(SenderDefinition row, StringBuilder page)
    {
        page.Append("## How a delivery is proved\n\n");
        for (int i = 0; i < row.Schemes.Count; i++)
        {
            SchemeDefinition scheme = row.Schemes[i];
            if (row.Schemes.Count > 1)
            {
                page.Append(CultureInfo.InvariantCulture, $"### {i + 1} of {row.Schemes.Count}{SenderWords.When(scheme)}\n\n");
            }

            page.Append("| | |\n|---|---|\n");
            Row(page, "proof", SenderWords.Algorithm(scheme));
            Row(page, "signed", SenderWords.Signed(scheme));
            Row(page, "stands in", SenderWords.Place(scheme));
            if (scheme.KeySource is { } source)
            {
                Row(page, "key", SenderWords.KeySource(source));
            }

            if (scheme.SecretEquals is { } binding)
            {
                Row(page, "bound", $"`{binding}` must be the secret");
            }

            Row(page, "time", SenderWords.Time(scheme));
            Row(page, "signed id", scheme.Id is { } id ? $"`{id}`" : "none");
            foreach (DigestDefinition digest in scheme.Digests)
            {
                Row(page, "digest", $"`{digest.Value}` must be the {SenderWords.Hash(digest.Hash)} of `{digest.Of}`");
            }

            foreach ((string name, string text) in scheme.Claims)
            {
                Row(page, "claim", $"`{name}` must be `{text}`");
            }

            page.Append('\n');
        }
    }

    private static void WriteEvent(SenderDefinition row, StringBuilder page)
    {
        EventMapDefinition map = row.Event;
        page.Append("## The event\n\n| | |\n|---|---|\n");
        if (map.Each is { } each)
        {
            Row(page, "events of a delivery", $"each element of `{each}`");
        }

        Row(page, "id", row.Schemes.All(scheme => scheme.Id is not null) ? "the signed one" : Templates(map.Id));
        if (row.Duplicates != DuplicateRule.Id)
        {
            Row(page, "duplicates", row.Duplicates == DuplicateRule.None ? "none: each delivery counts, whatever its id" : "by the body, whatever the id");
        }

        Row(page, "type", Templates(map.Type));
        Row(page, "time", map.Timestamp.Count == 0 ? "the signed time, where there is one" : Templates(map.Timestamp));
        Row(page, "data", Templates(map.Data));
        Row(page, "formats", string.Join(", ", row.Bodies.Select(SenderWords.Format).Concat(row.JsonMediaTypes.Select(type => $"`{type}` as JSON"))));
        Row(page, "largest body", SenderWords.Bytes(row.MaxBodyBytes));
        page.Append('\n');
    }

    private static void WriteHandshakes(SenderDefinition row, StringBuilder page)
    {
        if (row.Handshakes.Count == 0)
        {
            return;
        }

        page.Append("## Handshakes\n\nThey are answered by themselves, and not stored.\n\n| name | request | answer |\n|---|---|---|\n");
        foreach (HandshakeDefinition handshake in row.Handshakes)
        {
            string conditions = string.Join(" and ", handshake.When.Select(pair => pair.Value == "*" ? $"`{pair.Key}`" : $"`{pair.Key}` = `{pair.Value}`"));
            string guard = handshake.SecretEquals is { } secret ? $", `{secret}` being `HandshakeSecret`" : "";
            string body = handshake.Reply.Body.Length == 0 ? "empty" : $"`{handshake.Reply.Body}`";
            string headers = string.Concat(handshake.Reply.Headers.Select(header => $", `{header.Key}: {header.Value}`"));
            string computed = string.Concat(handshake.Computed.Select(pair => $"; `{pair.Key}` is the {SenderWords.Computed(pair.Value)} of `{pair.Value.Content}`"));
            string refused = guard.Length > 0 ? $"; otherwise {handshake.RefusedStatus}" : "";
            page.Append(CultureInfo.InvariantCulture, $"| {handshake.Name} | {handshake.Method}{(handshake.Verified ? ", proved like an event" : "")}{(conditions.Length > 0 ? ", with " + conditions : "")}{guard} | {handshake.Reply.Status}, {body}{headers}{computed}{refused} |\n");
        }

        page.Append('\n');
    }

    private static void WriteDelivery(SenderDefinition row, StringBuilder page)
    {
        string answer = row.Answer.Body is { } body ? (body.Length == 0 ? "an empty body" : $"`{body}`") : row.Answer.Status == 204 ? "no body" : "the receiver's own JSON";
        page.Append(CultureInfo.InvariantCulture, $"## How it delivers\n\n| | |\n|---|---|\n");
        Row(page, "answer", $"{row.Answer.Status}, {answer}");
        Row(page, "takes for success", row.Delivery?.Success ?? "not known");
        Row(page, "waits", row.Delivery?.Timeout ?? "not known");
        Row(page, "tries again", row.Delivery?.Retries ?? "not known");
        page.Append('\n');
    }

    private static void WriteEvidence(SenderDefinition row, StringBuilder page)
    {
        WriteList(page, "Evidence", [SenderWords.Confidence(row.Evidence.Confidence), .. row.Evidence.Sources]);
        if (row.Evidence.Unverified.Count > 0)
        {
            page.Append(Sentence($"Weaker than that: {string.Join("; ", row.Evidence.Unverified)}.\n\n"));
        }

        page.Append("Known requests that run as tests:\n\n");
        foreach ((string origin, int count) in row.Vectors.CountBy(vector => vector.Origin))
        {
            page.Append(CultureInfo.InvariantCulture, $"- {origin}{(count > 1 ? $" ({count})" : "")}\n");
        }

        if (row.Links.Count > 0)
        {
            WriteList(page.Append('\n'), "Links", [.. row.Links.Select(link => $"<{link}>")]);
            page.Length--;
        }
    }

    private static void WriteList(StringBuilder page, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n").AppendJoin('\n', lines.Select(line => "- " + line)).Append("\n\n");
        }
    }

    private static void Row(StringBuilder page, string name, string value) =>
        page.Append(CultureInfo.InvariantCulture, $"| {name} | {value.Replace("|", "\\|", StringComparison.Ordinal)} |\n");

    /// <summary>The texts of a row end with a full stop, or without one.</summary>
    private static string Sentence(string line) => line.Replace("..\n", ".\n", StringComparison.Ordinal);

    private static string Templates(IReadOnlyList<string> templates) => string.Join(", else ", templates.Select(text => $"`{text}`"));
}
