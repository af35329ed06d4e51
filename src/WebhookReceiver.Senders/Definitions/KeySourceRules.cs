namespace WebhookReceiver.Senders;

/// <summary>What must hold of a key that is fetched: nothing that a request says may lead anywhere else, and a key alone binds nothing to a source.</summary>
internal static class KeySourceRules
{
    public static void Check(SchemeDefinition scheme, string path, FileProblems problems)
    {
        if (scheme.KeySource is not { } source)
        {
            problems.Require(scheme.SecretEquals is null, $"{path}.secretEquals", "nothing, as the secret is the key");
            return;
        }

        // Documents hold keys of RSA and of elliptic curves.
        bool hasPublicKey = scheme.Proof is ProofKind.Rsa or ProofKind.Ecdsa
            || (scheme.Proof == ProofKind.Jwt && scheme.Algorithm is { } name && SignatureAlgorithm.OfJwt.TryGetValue(name, out SignatureAlgorithm algorithm)
                && algorithm.Kind is SignatureAlgorithm.KeyKind.Rsa or SignatureAlgorithm.KeyKind.Ecdsa);
        problems.Require(hasPublicKey, $"{path}.keySource", "nothing, as this proof has no public key of RSA or of an elliptic curve");
        problems.Require(
            source.Document == KeyDocument.Jwks == (scheme.Proof == ProofKind.Jwt), $"{path}.keySource.document", "jwks for a jwt, otherwise certificate");
        bool isBound = scheme.SecretEquals is not null
            || HoldsSecret(scheme.Content)
            || scheme.Claims.Values.Contains("{secret}");
        problems.Require(isBound, $"{path}.secretEquals", "what binds a delivery to the source: this, {secret} in the content, or a claim that is {secret}");

        if (problems.Template($"{path}.keySource.url", source.Url, TemplatePlace.KeyUrl) is not { } url)
        {
            return;
        }

        bool isFixed = url.Parts is [{ Kind: TemplatePartKind.Literal }];
        problems.Require(isFixed || url.Parts.Count == 1, $"{path}.keySource.url", "a URL, or exactly one part of the request");
        if (isFixed)
        {
            problems.Require(
                Uri.TryCreate(source.Url, UriKind.Absolute, out Uri? parsed) && parsed.Scheme == Uri.UriSchemeHttps, $"{path}.keySource.url", "an https URL");
            problems.Require(source.Hosts.Count == 0 && source.Path is null, $"{path}.keySource.hosts", "nothing, as the URL is fixed");
        }
        else
        {
            problems.Require(
                source.Hosts.Count > 0 && source.Hosts.All(IsHost), $"{path}.keySource.hosts", "hosts of at least three labels that end in two fixed ones, such as sns.*.amazonaws.com");
            problems.Require(source.Path is ['/', _, ..], $"{path}.keySource.path", "a path, with * for one part of a name");
        }
    }

    private static bool HoldsSecret(string? content)
    {
        try
        {
            return content is not null && Template.Parse(content).Parts.Any(part => part.Kind == TemplatePartKind.Secret);
        }
        catch (FormatException)
        {
            // It is named by itself.
            return false;
        }
    }

    /// <summary>The last two labels are the sender's own domain.</summary>
    private static bool IsHost(string host) =>
        host.Split('.') is { Length: >= 3 } labels
        && labels[^1] != "*" && labels[^2] != "*"
        && labels.All(label => label == "*" || (label.Length > 0 && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')));
}
