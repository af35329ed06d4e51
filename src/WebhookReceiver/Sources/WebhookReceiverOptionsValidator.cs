using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;

namespace WebhookReceiver.Sources;

/// <summary>Finds everything that is wrong with the configuration at once; the program starts only when nothing is.</summary>
internal sealed class WebhookReceiverOptionsValidator(IHostEnvironment environment, IEnumerable<IInboxProvider> inboxes, IServiceProvider services, ManagementSurface? management = null)
    : IValidateOptions<WebhookReceiverOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookReceiverOptions options)
    {
        var problems = new List<ConfigurationProblem>(options.ReadProblems);
        if (options.Sources.Count == 0)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.NoSource, $"{WebhookReceiverOptions.SectionName}:Sources", "No source is configured, so every delivery would be refused.",
                "Set WebhookReceiver:Sources:default:Sender and WebhookReceiver:Sources:default:Secrets:0, for example."));
        }

        options.CompiledSources = SourceCompiler.Compile(options.Sources, options.PublicBaseUrl, environment.ContentRootPath, problems);
        ValidateInbox(options.Inbox, problems);
        ValidateDispatch(options.Dispatch, problems);
        ValidateProxies(options.TrustedProxies, problems);
        if (management is not null)
        {
            ManagementListener.Validate(options.Management, management.PublicUrls, environment.IsDevelopment(), problems);
            TransportCheck.Validate(options, environment, management.PublicUrls, services, problems);
        }

        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(problems.Select(static problem => problem.ToString()));
    }

    private void ValidateInbox(InboxOptions inbox, List<ConfigurationProblem> problems)
    {
        const string Section = WebhookReceiverOptions.SectionName + ":Inbox";
        if (inboxes.FirstOrDefault(kind => kind.Name == inbox.Provider) is not { } provider)
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.InboxProviderUnknown, $"{Section}:Provider", $"'{inbox.Provider}' is not a store.", $"Write {string.Join(" or ", inboxes.Select(static kind => kind.Name))}."));
        }
        else if (provider.Check(inbox) is { } problem)
        {
            problems.Add(problem);
        }

        Check(inbox.BodyRetention, InboxOptions.MinBodyRetention, nameof(inbox.BodyRetention), "1 hour to 3650 days");
        Check(inbox.AuditRetention, InboxOptions.MinAuditRetention, nameof(inbox.AuditRetention), "1 to 3650 days");
        Check(
            inbox.EventRetention, inbox.BodyRetention > InboxOptions.MinEventRetention ? inbox.BodyRetention : InboxOptions.MinEventRetention,
            nameof(inbox.EventRetention), "30 to 3650 days, and not less than BodyRetention");

        void Check(TimeSpan value, TimeSpan min, string key, string expected)
        {
            if (value < min || value > InboxOptions.MaxRetention)
            {
                problems.Add(new ConfigurationProblem(ErrorCodes.DurationRefused, $"{Section}:{key}", "The value is out of range.", $"Write {expected}, such as 30.00:00:00."));
            }
        }
    }

    private static void ValidateDispatch(DispatchOptions dispatch, List<ConfigurationProblem> problems)
    {
        Check(ErrorCodes.NumberRefused, dispatch.MaxConcurrency is >= 1 and <= DispatchOptions.MostAtOnce, nameof(dispatch.MaxConcurrency), $"a number from 1 to {DispatchOptions.MostAtOnce}");
        Check(ErrorCodes.NumberRefused, dispatch.Attempts is >= 1 and <= 100, nameof(dispatch.Attempts), "a number from 1 to 100");
        Check(ErrorCodes.DurationRefused, dispatch.HandlerTimeout >= TimeSpan.FromSeconds(1) && dispatch.HandlerTimeout <= TimeSpan.FromDays(1), nameof(dispatch.HandlerTimeout), "a duration from 1 second to 1 day");
        Check(ErrorCodes.DurationRefused, dispatch.DrainDelay is null || dispatch.DrainDelay >= TimeSpan.Zero && dispatch.DrainDelay <= TimeSpan.FromSeconds(20), nameof(dispatch.DrainDelay), "a duration from 0 to 20 seconds");

        void Check(ErrorCode error, bool isRight, string key, string expected)
        {
            if (!isRight)
            {
                problems.Add(new ConfigurationProblem(error, $"{WebhookReceiverOptions.SectionName}:Dispatch:{key}", "The value is out of range.", $"Write {expected}."));
            }
        }
    }

    private static void ValidateProxies(IList<string> proxies, List<ConfigurationProblem> problems)
    {
        for (var i = 0; i < proxies.Count; i++)
        {
            var key = $"{WebhookReceiverOptions.SectionName}:TrustedProxies:{i}";
            if (!Network.TryParse(proxies[i], out var network))
            {
                problems.Add(new ConfigurationProblem(ErrorCodes.ProxyRefused, key, $"'{proxies[i]}' is neither a network nor an address.", "Write one such as 10.0.0.0/8 or 127.0.0.1."));
            }
            else if (network.PrefixLength == 0)
            {
                problems.Add(new ConfigurationProblem(ErrorCodes.ProxyOfEverybody, key, $"'{proxies[i]}' would believe everybody's X-Forwarded headers.", "Name the networks of your proxies."));
            }
        }
    }
}
