namespace WebhookReceiver.Senders;

/// <summary>What must hold of the handshakes of a row.</summary>
internal static class HandshakeRules
{
    public static void Check(SenderDefinition row, FileProblems problems)
    {
        for (int i = 0; i < row.Handshakes.Count; i++)
        {
            Check(row, row.Handshakes[i], $"$.handshakes[{i}]", problems);
        }
    }

    private static void Check(SenderDefinition row, HandshakeDefinition handshake, string path, FileProblems problems)
    {
        TemplatePlace place = handshake.Method == "POST" ? TemplatePlace.HandshakePost : TemplatePlace.Handshake;
        problems.Require(!string.IsNullOrWhiteSpace(handshake.Name), $"{path}.name", "a name");
        problems.Require(handshake.Method is "GET" or "HEAD" or "OPTIONS" or "POST", $"{path}.method", "one of GET, HEAD, OPTIONS, POST");

        // A handshake that matches everything would swallow every event.
        problems.Require(handshake.When.Count > 0, $"{path}.when", "at least one condition");
        foreach ((string template, string text) in handshake.When)
        {
            string condition = FilePath.Member($"{path}.when", template);
            CheckTemplate(row, condition, template, place, needsPart: true, problems);
            problems.Require(text.Length > 0, condition, "a text, or * for any");
        }

        if (handshake.SecretEquals is { } secret)
        {
            CheckTemplate(row, $"{path}.secretEquals", secret, place, needsPart: true, problems);
        }

        problems.Require(handshake.Reply.Status is >= 200 and <= 299, $"{path}.reply.status", "200 to 299");
        CheckContentType(handshake.Reply.ContentType, $"{path}.reply.contentType", problems);
        CheckTemplate(row, $"{path}.reply.body", handshake.Reply.Body, place, needsPart: false, problems);
    }

    /// <summary>An echo that a browser takes for a page would run a stranger's script under the receiver's name.</summary>
    private static void CheckContentType(string contentType, string path, FileProblems problems)
    {
        string type = contentType.Split(';')[0].Trim();
        problems.Require(
            type is "text/plain" or "application/json" && !contentType.Any(char.IsControl), path, "text/plain or application/json");
    }

    private static void CheckTemplate(
        SenderDefinition row, string path, string text, TemplatePlace place, bool needsPart, FileProblems problems)
    {
        if (problems.Template(path, text, place) is { } template)
        {
            problems.Require(
                !needsPart || template.Parts.Any(part => part.Kind != TemplatePartKind.Literal), path, "a part that a request has");
            problems.Require(BodyParts.Fit(template, row), path, BodyParts.Expected);
        }
    }
}
