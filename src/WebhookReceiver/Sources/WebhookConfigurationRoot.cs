using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace WebhookReceiver.Sources;

/// <summary>The configuration that the options are read from: the program's own at start, a fresh reading of the same files at each reload.</summary>
internal sealed class WebhookConfigurationRoot(IConfiguration configuration, IEnumerable<ApplicationSetting> others) : IConfigureOptions<WebhookReceiverOptions>
{
    public IConfiguration Current { get; set; } = configuration;

    public void Configure(WebhookReceiverOptions options) => WebhookConfiguration.Read(Current, options, others.Select(static setting => setting.Key));
}
