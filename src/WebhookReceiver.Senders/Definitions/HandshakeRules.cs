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
        bool hasBody = handshake.Method == "POST";
        problems.Require(!string.IsNullOrWhiteSpace(handshake.Name), $"{path}.name", "a name");
        problems.Require(handshake.Method is "GET" or "HEAD" or "OPTIONS" or "POST", $"{path}.method", "one of GET, HEAD, OPTIONS, POST");

        // A handshake that matches every POST would swallow every event.
        problems.Require(handshake.When.Count > 0 || !hasBody, $"{path}.when", "at least one condition");
        foreach ((string template, string text) in handshake.When)
        {
            string condition = FilePath.Member($"{path}.when", template);
            CheckTemplate(row, condition, template, TemplatePlace.Handshake(hasBody), needsPart: true, problems);
            problems.Require(text.Length > 0, condition, "a text, or * for any");
        }

        if (handshake.SecretEquals is { } secret)
        {
            CheckTemplate(row, $"{path}.secretEquals", secret, TemplatePlace.Handshake(hasBody), needsPart: true, problems);
        }

        problems.Require(handshake.RefusedStatus is >= 400 and <= 499, $"{path}.refusedStatus", "400 to 499");
        foreach ((string name, ComputedDefinition computed) in handshake.Computed)
        {
            string place = FilePath.Member($"{path}.computed", name);
            CheckProof(row, handshake, computed, place, problems);
            CheckTemplate(row, $"{place}.content", computed.Content, TemplatePlace.HandshakeComputed(hasBody), needsPart: true, problems);
        }

        CheckReply(row, handshake, $"{path}.reply", TemplatePlace.HandshakeReply(hasBody), problems);
    }

    private static void CheckProof(SenderDefinition row, HandshakeDefinition handshake, ComputedDefinition computed, string path, FileProblems problems)
    {
        problems.Require(computed.Proof is ProofKind.Hmac or ProofKind.Digest, $"{path}.proof", "hmac or digest");

        // The answer can be what the sender's signature of a body would be: whoever may ask for one without a proof may have any event signed.
        problems.Require(computed.Proof != ProofKind.Hmac || handshake.Verified, $"{path}.proof", "hmac only in a handshake that is verified");
        problems.Require(
            computed.Proof != ProofKind.Hmac || row.Schemes is [{ Proof: ProofKind.Hmac or ProofKind.Digest or ProofKind.Token }, ..],
            $"{path}.proof",
            "hmac only where the first scheme has a secret: hmac, digest or token");
    }

    private static void CheckReply(SenderDefinition row, HandshakeDefinition handshake, string path, TemplatePlace place, FileProblems problems)
    {
        HandshakeReply reply = handshake.Reply;
        problems.Require(reply.Status is >= 200 and <= 299, $"{path}.status", "200 to 299");
        problems.Require(reply.Status is not (204 or 205) || reply.Body.Length == 0, $"{path}.body", "none, as the status allows for none");

        // An echo that a browser takes for a page would run a stranger's script under the receiver's name.
        problems.Require(
            reply.ContentType.Split(';')[0].Trim() is "text/plain" or "application/json" && ReplyHeader.IsValue(reply.ContentType),
            $"{path}.contentType",
            "text/plain or application/json");
        CheckComputed(handshake, $"{path}.body", CheckTemplate(row, $"{path}.body", reply.Body, place, needsPart: false, problems), problems);
        foreach ((string name, string text) in reply.Headers)
        {
            string header = FilePath.Member($"{path}.headers", name);
            problems.Require(
                ReplyHeader.MayBeNamed(name), header, "a header's name, and none that says how the body is to be read or framed, or sets a cookie");
            Template? template = CheckTemplate(row, header, text, place, needsPart: false, problems);
            problems.Require(
                template is null || template.Parts.All(part => part.Kind != TemplatePartKind.Literal || ReplyHeader.IsValue(part.Name)),
                header,
                "printable ASCII");
            CheckComputed(handshake, header, template, problems);
        }
    }

    private static void CheckComputed(HandshakeDefinition handshake, string path, Template? template, FileProblems problems)
    {
        bool isComputed = template is null
            || template.Parts.All(part => part.Kind != TemplatePartKind.Computed || handshake.Computed.ContainsKey(part.Name));
        problems.Require(isComputed, path, "a name of what is computed");
    }

    private static Template? CheckTemplate(
        SenderDefinition row, string path, string text, TemplatePlace place, bool needsPart, FileProblems problems)
    {
        Template? template = problems.Template(path, text, place);
        if (template is not null)
        {
            problems.Require(
                !needsPart || template.Parts.Any(part => part.Kind != TemplatePartKind.Literal), path, "a part that a request has");
            problems.Require(BodyParts.Fit(template, row), path, BodyParts.Expected);
        }

        return template;
    }
}
