using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>Believes the forwarded headers of the proxies that are named, before anything but the framing of the request is looked at. Without any, none.</summary>
internal sealed class TrustedProxies : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var proxies = app.ApplicationServices.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value.TrustedProxies;
        if (proxies.Count > 0)
        {
            var options = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,

                // However many proxies stand in a row: it goes from right to left for as long as the address that it has is one that is named.
                ForwardLimit = null,
            };
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            foreach (var proxy in proxies)
            {
                if (Network.TryParse(proxy, out var network))
                {
                    options.KnownIPNetworks.Add(network);
                }
            }

            app.Use(static (context, next) =>
            {
                DropUnmatchedSchemes(context.Request.Headers);
                return next(context);
            });
            app.UseForwardedHeaders(options);
        }

        next(app);
    };

    /// <summary>
    /// Several schemes say which hop used which only beside as many addresses. A proxy that appends to the one list and not to the other would
    /// let the client choose: what it wrote stands left, where the walk ends.
    /// </summary>
    private static void DropUnmatchedSchemes(IHeaderDictionary headers)
    {
        if (Count(headers, ForwardedHeadersDefaults.XForwardedProtoHeaderName) is > 1 and var schemes
            && schemes > Count(headers, ForwardedHeadersDefaults.XForwardedForHeaderName))
        {
            headers.Remove(ForwardedHeadersDefaults.XForwardedProtoHeaderName);
        }
    }

    private static int Count(IHeaderDictionary headers, string name) => headers.GetCommaSeparatedValues(name).Length;
}
