using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>Believes the forwarded headers of the proxies that are named, before anything else looks at the request. Without any, none.</summary>
internal sealed class TrustedProxies : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var proxies = app.ApplicationServices.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value.TrustedProxies;
        if (proxies.Count > 0)
        {
            var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            foreach (var proxy in proxies)
            {
                if (Network.TryParse(proxy, out var network))
                {
                    options.KnownIPNetworks.Add(network);
                }
            }

            app.UseForwardedHeaders(options);
        }

        next(app);
    };
}
