using System.Net;
using System.Text.RegularExpressions;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Sources;

/// <summary>Turns configured sources into compiled ones, and says everything that is wrong with them.</summary>
internal static partial class SourceCompiler
{
    public static Dictionary<string, WebhookSource> Compile(
        IEnumerable<KeyValuePair<string, WebhookSourceOptions>> sources, Uri? publicBaseUrl, string contentRoot, List<ConfigurationProblem> problems)
    {
        var compiled = new Dictionary<string, WebhookSource>(StringComparer.Ordinal);
        foreach (var (name, options) in sources)
        {
            if (Compile(name, options, publicBaseUrl, contentRoot, problems) is { } source)
            {
                compiled[name] = source;
            }
        }

        return compiled;
    }

    /// <summary>What an operator should know although it is allowed.</summary>
    public static IEnumerable<string> Warnings(IReadOnlyDictionary<string, WebhookSource> sources, IEnumerable<KeyValuePair<string, WebhookSourceOptions>> options)
    {
        foreach (var source in sources.Values)
        {
            foreach (var warning in source.Plan.Warnings)
            {
                yield return $"Source '{source.Name}' ({source.Plan.Definition.Name}): {warning}";
            }
        }

        var users = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (name, source) in options)
        {
            foreach (var secret in source.Secrets)
            {
                var names = users.TryGetValue(secret.Value, out var known) ? known : users[secret.Value] = [];
                if (!names.Contains(name))
                {
                    names.Add(name);
                }
            }
        }

        foreach (var names in users.Values.Where(static names => names.Count > 1))
        {
            yield return $"Sources {string.Join(" and ", names)} share a secret: whoever may send to one may send to the other.";
        }

        foreach (var (name, source) in options)
        {
            if (source.Secrets.Any(static secret => secret.Value.Trim() != secret.Value))
            {
                yield return $"A secret of source '{name}' begins or ends with white space and is used as it is. If its deliveries are refused, store it without the blanks.";
            }
        }
    }

    private static WebhookSource? Compile(
        string name, WebhookSourceOptions options, Uri? publicBaseUrl, string contentRoot, List<ConfigurationProblem> problems)
    {
        var key = $"{WebhookReceiverOptions.SectionName}:Sources:{name}";
        if (!SourceName().IsMatch(name))
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.SourceNameRefused, key, $"'{name}' cannot name a source.", "Use 1 to 63 lower-case letters, digits and hyphens, beginning with a letter or digit."));
            return null;
        }

        var before = problems.Count;
        var plan = Plan(name, key, options, contentRoot, problems);
        var secrets = Secrets(name, key, options, plan, problems);
        if (plan is null)
        {
            return null;
        }

        if (plan.Definition.Evidence.Confidence == Confidence.Recalled && options.Sender is not null && !options.AllowUnverifiedSender)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.SenderUnverified, $"{key}:AllowUnverifiedSender", $"How {plan.Definition.Name} proves its deliveries is not verified: nobody has read it in the sender's own documentation or code.",
                "Compare the row with the sender's documentation, and set it to true; or write a row of your own (SchemeFile)."));
        }

        if (plan.FetchesKeys && !options.AllowKeyFetch)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.KeyFetchNotAllowed, $"{key}:AllowKeyFetch", $"The public keys of {plan.Definition.Name} must be fetched, and source '{name}' does not allow it.",
                "Set it to true, and let the receiver reach the sender's host over HTTPS."));
        }

        if (plan.NeedsUrl && publicBaseUrl is null)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.PublicUrlNeeded, $"{WebhookReceiverOptions.SectionName}:PublicBaseUrl", $"{plan.Definition.Name} signs the URL that it sends to, or asks for it, and none is configured for source '{name}'.",
                "Set the URL that you typed at the sender, without /webhook: https://hooks.example.com."));
        }

        if (options.HandshakeSecret is null && plan.NeedsHandshakeSecret)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.HandshakeSecretNeeded, $"{key}:HandshakeSecret", $"{plan.Definition.Name} proves itself with a second secret, and source '{name}' has none.", "Set the verify token that you typed at the sender, or that it shows you; docs/senders says which."));
        }

        CheckRanges(key, options, problems);
        var allowed = Networks(key, options, problems);
        return problems.Count > before ? null : new WebhookSource(name, plan, secrets, options, PublicUrl(name, publicBaseUrl), allowed);
    }

    private static SenderPlan? Plan(string name, string key, WebhookSourceOptions options, string contentRoot, List<ConfigurationProblem> problems)
    {
        if (options.Sender is null == options.SchemeFile is null)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.SenderOrSchemeFile, $"{key}:Sender", $"Source '{name}' needs exactly one of Sender and SchemeFile.", "Set Sender to a sender's id such as standard-webhooks, or SchemeFile to a row of your own."));
            return null;
        }

        if (options.Sender is { } id && !SenderCatalog.TryGet(id, out _))
        {
            var hint = SenderCatalog.Nearest(id) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known: {string.Join(", ", SenderCatalog.Ids)}.";
            problems.Add(new ConfigurationProblem(ErrorCodes.SenderUnknown, $"{key}:Sender", $"Source '{name}' has sender '{id}', which is not in the catalogue.", hint));
            return null;
        }

        try
        {
            var definition = options.Sender is { } sender && SenderCatalog.TryGet(sender, out var row)
                ? row
                : SenderFile.Parse(File.ReadAllBytes(Path.Combine(contentRoot, options.SchemeFile!)), options.SchemeFile!);
            return Override(definition, key, options, problems);
        }
        catch (SenderFileException error)
        {
            problems.Add(new ConfigurationProblem(ErrorCodes.SchemeRefused, $"{key}:SchemeFile", error.Message, "Correct what it names."));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            problems.Add(new ConfigurationProblem(ErrorCodes.SchemeFileUnreadable, $"{key}:SchemeFile", $"'{options.SchemeFile}' cannot be read: {error.Message}", "Name a file that exists, relative to the content root."));
        }

        return null;
    }

    /// <summary>Tries each override by itself, so that each that does not fit the row is said under its own key.</summary>
    /// <returns>The row as it is overridden; as it is where that cannot be, to check the rest by it.</returns>
    private static SenderPlan Override(SenderDefinition row, string key, WebhookSourceOptions options, List<ConfigurationProblem> problems)
    {
        var before = problems.Count;
        Try(nameof(options.SignatureHeader), options.SignatureHeader is { } signature ? new SenderOverrides(SignatureHeader: signature) : null);
        Try(nameof(options.EventIdHeader), options.EventIdHeader is { } id ? new SenderOverrides(EventIdHeader: id) : null);
        Try(nameof(options.Tolerance), options.Tolerance is { } tolerance ? new SenderOverrides(Tolerance: tolerance) : null);
        return SenderPlan.Compile(row, problems.Count > before ? null : new SenderOverrides(options.SignatureHeader, options.EventIdHeader, options.Tolerance));

        void Try(string name, SenderOverrides? single)
        {
            if (single is null)
            {
                return;
            }

            try
            {
                SenderPlan.Compile(row, single);
            }
            catch (SenderFileException error)
            {
                problems.Add(new ConfigurationProblem(ErrorCodes.SchemeRefused, $"{key}:{name}", error.Message + ".", "Leave it out, or write what is expected there."));
            }
        }
    }

    private static SourceSecret[] Secrets(string name, string key, WebhookSourceOptions options, SenderPlan? plan, List<ConfigurationProblem> problems)
    {
        if (options.Secrets.Count == 0)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.SecretMissing, $"{key}:Secrets:0", $"Source '{name}' has no secret.", "Set one, or mount a file of that name in /run/secrets. Unsigned deliveries are never accepted."));
            return [];
        }

        if (plan is null)
        {
            return [];
        }

        var secrets = new List<SourceSecret>(options.Secrets.Count);
        for (var i = 0; i < options.Secrets.Count; i++)
        {
            if (plan.TryCreateKey(options.Secrets[i].Value, out var secret, out var problem))
            {
                secrets.Add(new SourceSecret(secret, options.Secrets[i].NotBefore, options.Secrets[i].NotAfter));
            }
            else
            {
                problems.Add(new ConfigurationProblem(ErrorCodes.SecretRefused, $"{key}:Secrets:{i}", $"Secret #{i + 1} of source '{name}': {problem}", SecretFix(plan)));
            }
        }

        for (var i = 0; i < options.Secrets.Count; i++)
        {
            if (options.Secrets[i] is { NotBefore: { } from, NotAfter: { } to } && from >= to)
            {
                problems.Add(new ConfigurationProblem(
                    ErrorCodes.InstantRefused, $"{key}:Secrets:{i}:NotAfter", $"Secret #{i + 1} of source '{name}' would end before it begins.", "Write a time after NotBefore."));
            }
        }

        return secrets.Count == options.Secrets.Count ? [.. secrets] : [];
    }

    /// <summary>What code has set was not read, and so not checked by the reader.</summary>
    private static void CheckRanges(string key, WebhookSourceOptions options, List<ConfigurationProblem> problems)
    {
        CheckNumber(nameof(options.MaxBodyBytes), options.MaxBodyBytes, WebhookSourceOptions.MostBodyBytes);
        CheckNumber(nameof(options.RateLimit), options.RateLimit, WebhookSourceOptions.MaxRateLimit);
        if (options.SilenceAfter is { } silence && (silence < WebhookSourceOptions.MinSilence || silence > WebhookSourceOptions.MaxSilence))
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.DurationRefused, $"{key}:{nameof(options.SilenceAfter)}", "The value is out of range.",
                $"Write a duration from {WebhookSourceOptions.MinSilence:c} to {WebhookSourceOptions.MaxSilence:c}."));
        }

        void CheckNumber(string name, int? value, int max)
        {
            if (value is < 1 || value > max)
            {
                problems.Add(new ConfigurationProblem(ErrorCodes.NumberRefused, $"{key}:{name}", "The value is out of range.", $"Write a number from 1 to {max}."));
            }
        }
    }

    private static IPNetwork[] Networks(string key, WebhookSourceOptions options, List<ConfigurationProblem> problems)
    {
        var networks = new List<IPNetwork>(options.AllowedAddresses.Count);
        for (var i = 0; i < options.AllowedAddresses.Count; i++)
        {
            if (Network.TryParse(options.AllowedAddresses[i], out var network))
            {
                networks.Add(network);
            }
            else
            {
                problems.Add(new ConfigurationProblem(
                    ErrorCodes.AllowedAddressRefused, $"{key}:AllowedAddresses:{i}", $"'{options.AllowedAddresses[i]}' is neither a network nor an address.", "Write one such as 192.0.2.0/24 or 192.0.2.7."));
            }
        }

        return [.. networks];
    }

    private static string SecretFix(SenderPlan plan) =>
        plan.Definition.Setup?.Secret is { } secret ? $"{plan.Definition.Name}: {secret.TrimEnd('.')}." : "Copy the signing secret from the sender.";

    private static string? PublicUrl(string name, Uri? baseUrl)
    {
        if (baseUrl is null)
        {
            return null;
        }

        var path = name == WebhookReceiverOptions.DefaultSourceName ? "/webhook" : $"/webhook/{name}";
        return baseUrl.GetLeftPart(UriPartial.Path).TrimEnd('/') + path;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}\\z")]
    private static partial Regex SourceName();
}
