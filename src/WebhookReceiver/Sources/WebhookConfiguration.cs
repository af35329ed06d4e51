using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.KeyPerFile;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Sources;

/// <summary>Reads the section <c>WebhookReceiver</c> into <see cref="WebhookReceiverOptions"/>.</summary>
internal static class WebhookConfiguration
{
    private static readonly string[] Lists = ["Secrets", "AllowedAddresses"];
    private static readonly string[] SecretKeys = ["Value", "NotBefore", "NotAfter"];

    /// <summary>Reads everything.</summary>
    /// <param name="configuration">The root.</param>
    /// <param name="options">Where it goes, with what cannot be read and what is no setting.</param>
    /// <param name="others">Keys of the section that the application reads by itself.</param>
    public static void Read(IConfiguration configuration, WebhookReceiverOptions options, IEnumerable<string> others)
    {
        var settings = new SettingsReader(configuration.GetSection(WebhookReceiverOptions.SectionName), WebhookReceiverOptions.SectionName, options.ReadProblems);
        ReadSources(configuration, settings.Section("Sources"), options);
        ReadInbox(settings.Section("Inbox"), options);
        ReadDispatch(settings.Section("Dispatch"), options);
        var management = settings.Section("Management");
        options.Management.Url = management.Text("Url") ?? options.Management.Url;
        options.Management.Token = WithoutLineEnd(management.Text("Token")) ?? options.Management.Token;
        options.RequireHttps = settings.Flag("RequireHttps") ?? options.RequireHttps;
        foreach (var proxy in settings.List("TrustedProxies", ErrorCodes.ProxyRefused))
        {
            options.TrustedProxies.Add(proxy);
        }

        if (settings.Text("PublicBaseUrl") is { } url)
        {
            options.PublicBaseUrl = ReadBaseUrl(url, settings.Key("PublicBaseUrl"), options.ReadProblems);
        }

        options.ReadWarnings.AddRange([.. management.Unknown(management.Children()), .. settings.Unknown(settings.Children(), others), .. OtherSections(configuration)]);
    }

    private static void ReadSources(IConfiguration configuration, SettingsReader section, WebhookReceiverOptions options)
    {
        var (sources, problems) = (options.Sources, options.ReadProblems);
        var views = Views(configuration, WebhookReceiverOptions.SectionName + ":Sources");
        foreach (var name in section.Children())
        {
            var settings = section.Section(name);
            var source = sources.TryGetValue(name, out var existing) ? existing : sources[name] = new WebhookSourceOptions();
            source.Sender = settings.Text("Sender") ?? source.Sender;
            source.SchemeFile = settings.Text("SchemeFile") ?? source.SchemeFile;
            source.AllowUnverifiedSender = settings.Flag("AllowUnverifiedSender") ?? source.AllowUnverifiedSender;
            source.AllowKeyFetch = settings.Flag("AllowKeyFetch") ?? source.AllowKeyFetch;
            source.HandshakeSecret = WithoutLineEnd(settings.Text("HandshakeSecret")) ?? source.HandshakeSecret;
            source.Tolerance = settings.Duration("Tolerance", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)) ?? source.Tolerance;
            source.MaxBodyBytes = settings.Number("MaxBodyBytes", 1, WebhookSourceOptions.MostBodyBytes) ?? source.MaxBodyBytes;
            source.SignatureHeader = settings.Text("SignatureHeader") ?? source.SignatureHeader;
            source.EventIdHeader = settings.Text("EventIdHeader") ?? source.EventIdHeader;
            source.Duplicates = settings.Choice<DuplicateRule>("Duplicates") ?? source.Duplicates;
            source.RateLimit = settings.Number("RateLimit", 1, WebhookSourceOptions.MaxRateLimit) ?? source.RateLimit;
            source.SilenceAfter = settings.Duration("SilenceAfter", WebhookSourceOptions.MinSilence, WebhookSourceOptions.MaxSilence) ?? source.SilenceAfter;
            source.CaptureRejections = settings.Flag("CaptureRejections") ?? source.CaptureRejections;
            ReadAddresses(views, settings.Key("AllowedAddresses"), source.AllowedAddresses, problems);
            ReadSecrets(views, settings.Key("Secrets"), source.Secrets, options);

            // Not the section's own children: to ask for those goes through all keys, for each source.
            var keys = views.SelectMany(view => view.Children(settings.Path)).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
            var unknown = settings.Unknown(keys, Lists).ToArray();
            options.ReadWarnings.AddRange(unknown);

            // What stands below a setting that has one value alone has no effect either.
            options.ReadWarnings.AddRange(keys.Except(Lists, StringComparer.OrdinalIgnoreCase).Select(settings.Key).Except(unknown.Select(static problem => problem.Key))
                .SelectMany(key => views.SelectMany(view => view.Children(key)).Distinct(StringComparer.OrdinalIgnoreCase).Select(child => SettingsReader.Unknown($"{key}:{child}", child, []))));
        }
    }

    /// <summary>A section beside ours whose name is ours but for a slip: nothing in it would have any effect.</summary>
    private static IEnumerable<ConfigurationProblem> OtherSections(IConfiguration configuration) => configuration.GetChildren()
        .Where(static section => EditDistance.Between(section.Key[..Math.Min(section.Key.Length, 2 * WebhookReceiverOptions.SectionName.Length)], WebhookReceiverOptions.SectionName) is 1 or 2)
        .Select(static section => SettingsReader.Unknown(section.Path, section.Key, [WebhookReceiverOptions.SectionName]));

    private static void ReadInbox(SettingsReader settings, WebhookReceiverOptions options)
    {
        var inbox = options.Inbox;
        inbox.Provider = settings.Text("Provider") ?? inbox.Provider;
        inbox.ConnectionString = settings.Text("ConnectionString") ?? inbox.ConnectionString;
        inbox.BodyRetention = settings.Duration("BodyRetention", InboxOptions.MinBodyRetention, InboxOptions.MaxRetention) ?? inbox.BodyRetention;
        inbox.EventRetention = settings.Duration("EventRetention", InboxOptions.MinEventRetention, InboxOptions.MaxRetention) ?? inbox.EventRetention;
        inbox.AuditRetention = settings.Duration("AuditRetention", InboxOptions.MinAuditRetention, InboxOptions.MaxRetention) ?? inbox.AuditRetention;
        options.ReadWarnings.AddRange(settings.Unknown(settings.Children()));
    }

    private static void ReadDispatch(SettingsReader settings, WebhookReceiverOptions options)
    {
        var dispatch = options.Dispatch;
        dispatch.MaxConcurrency = settings.Number("MaxConcurrency", 1, DispatchOptions.MostAtOnce) ?? dispatch.MaxConcurrency;
        dispatch.Attempts = settings.Number("Attempts", 1, 100) ?? dispatch.Attempts;
        dispatch.HandlerTimeout = settings.Duration("HandlerTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? dispatch.HandlerTimeout;
        dispatch.DrainDelay = settings.Duration("DrainDelay", TimeSpan.Zero, TimeSpan.FromSeconds(20)) ?? dispatch.DrainDelay;
        options.ReadWarnings.AddRange(settings.Unknown(settings.Children()));
    }

    private static Uri? ReadBaseUrl(string text, string key, List<ConfigurationProblem> problems)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.Query.Length == 0 && url.Fragment.Length == 0)
        {
            return url;
        }

        problems.Add(new ConfigurationProblem(ErrorCodes.PublicUrlRefused, key, $"'{text}' is not an absolute http or https URL without a query.", "Write a URL such as https://hooks.example.com."));
        return null;
    }

    /// <summary>Taken whole, as secrets are: an address that was taken away in one file must not stay allowed by another.</summary>
    private static void ReadAddresses(ProviderView[] views, string path, IList<string> addresses, List<ConfigurationProblem> problems)
    {
        if (FindList(views, path, ErrorCodes.AllowedAddressRefused, problems) is { } view)
        {
            addresses.Clear();
            foreach (var address in view.Children(path).Select(index => view.Value($"{path}:{index}") ?? ""))
            {
                addresses.Add(address);
            }
        }
    }

    /// <summary>
    /// Takes the list whole from the last provider that sets any element. The usual merge by index would keep a revoked secret alive: a file
    /// with one new secret, laid over one with two old ones, would leave the second old one in place.
    /// </summary>
    private static void ReadSecrets(ProviderView[] views, string path, IList<WebhookSecretOptions> secrets, WebhookReceiverOptions options)
    {
        var problems = options.ReadProblems;
        if (FindList(views, path, ErrorCodes.SecretMissing, problems) is not { } view)
        {
            return;
        }

        secrets.Clear();
        foreach (var element in view.Children(path).Select(index => $"{path}:{index}"))
        {
            var value = view.Value(element) ?? view.Value($"{element}:Value") ?? "";
            if (view.Provider is KeyPerFileConfigurationProvider)
            {
                value = WithoutLineEnd(value);
            }

            var notBefore = SettingsReader.ReadInstant(view.Value($"{element}:NotBefore"), $"{element}:NotBefore", problems);
            var notAfter = SettingsReader.ReadInstant(view.Value($"{element}:NotAfter"), $"{element}:NotAfter", problems);
            secrets.Add(new WebhookSecretOptions { Value = value, NotBefore = notBefore, NotAfter = notAfter });
            options.ReadWarnings.AddRange(view.Children(element).Where(static name => !SecretKeys.Contains(name, StringComparer.OrdinalIgnoreCase))
                .Select(name => SettingsReader.Unknown($"{element}:{name}", name, SecretKeys)));
        }
    }

    /// <summary>The last provider that sets any element. A text in place of a list would be no element at all, and so be passed over.</summary>
    private static ProviderView? FindList(ProviderView[] views, string path, ErrorCode error, List<ConfigurationProblem> problems)
    {
        var found = Array.FindLast(views, view => view.Value(path) is { Length: > 0 } || view.Children(path).Any());
        if (found?.Value(path) is { Length: > 0 })
        {
            problems.Add(SettingsReader.NoList(error, path));
        }

        return found;
    }

    /// <summary>The end of a line, which an editor or echo leaves at the end of a mounted file, is never part of what the file says.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    private static string? WithoutLineEnd(string? text) => text?.TrimEnd('\r', '\n');

    private static ProviderView[] Views(IConfiguration configuration, string path)
    {
        var root = configuration as IConfigurationRoot ?? throw new InvalidOperationException(
            "Pass the root of the configuration (builder.Configuration), not a section: secrets are taken whole from the last provider that sets any.");
        return [.. root.Providers.Select(provider => new ProviderView(provider, path))];
    }
}
