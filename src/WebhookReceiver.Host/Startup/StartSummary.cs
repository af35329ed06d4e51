using WebhookReceiver.Host.Demo;
using WebhookReceiver.Inbox;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Startup;

/// <summary>What an operator wants to know first, in at most twelve lines; as one log event where the log is for machines.</summary>
internal sealed partial class StartSummary(
    ListenAddresses addresses, SourceRegistry sources, IInboxStore inbox, IHostEnvironment environment,
    ILogger<StartSummary> logger, DemoSource? demo = null)
{
    private const int MaxSourceLines = 4;

    public void Write()
    {
        if (addresses.Management is not { } management)
        {
            return; // a test server listens nowhere
        }

        var deliveries = string.Join(" ", addresses.Public.Select(static url => ListenAddresses.ForThisMachine(url) + "/webhook"));
        if (environment.IsDevelopment())
        {
            Console.Out.Write(string.Concat(Lines(deliveries, ListenAddresses.ForThisMachine(management)).Select(static line => line + Environment.NewLine)));
        }
        else
        {
            Started(HostVersion.Current, environment.EnvironmentName, string.Join(" ", addresses.Public), management, inbox.Location, string.Join(" ", sources.All.Select(static source => source.Name).Order(StringComparer.Ordinal)));
        }
    }

    private IEnumerable<string> Lines(string deliveries, string management)
    {
        yield return $"WebhookReceiver {HostVersion.Current}, {environment.EnvironmentName}";
        yield return $"  deliveries  {deliveries}";
        yield return $"  management  {management}/swagger";
        yield return $"  inbox       {inbox.Location}";
        foreach (var source in sources.All.OrderBy(static source => source.Name, StringComparer.Ordinal).Take(MaxSourceLines))
        {
            yield return $"  source      {source.Name} ({source.Plan.Definition.Name}), {source.Secrets.Count} secret{(source.Secrets.Count == 1 ? "" : "s")}";
        }

        if (sources.All.Count > MaxSourceLines)
        {
            yield return $"              and {sources.All.Count - MaxSourceLines} more: {management}/api/v1/sources";
        }

        if (demo is not null && addresses.Public is [var first, ..])
        {
            yield return "Next: send one yourself. Paste this into another shell:";
            yield return demo.LineToPaste(ListenAddresses.ForThisMachine(first) + "/webhook");
        }
    }

    [LoggerMessage(1, LogLevel.Information, "WebhookReceiver {Version} ({Environment}) takes deliveries at {Urls}; management at {ManagementUrl}; inbox {Inbox}; sources: {Sources}")]
    private partial void Started(string version, string environment, string urls, string managementUrl, string inbox, string sources);
}
