using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver;
using WebhookReceiver.Endpoints;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the public routes.</summary>
public static class WebhookEndpointRouteBuilderExtensions
{
    /// <summary>Maps <c>POST {prefix}</c> to the source named <c>default</c> and <c>POST {prefix}/{source}</c> to the others.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">The path; <c>/webhook</c> by default.</param>
    /// <returns>A builder for conventions such as rate limits. Do not put body-reading middleware before these routes: signatures need the untouched bytes.</returns>
    public static IEndpointConventionBuilder MapWebhooks(this IEndpointRouteBuilder endpoints, string prefix = "/webhook")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);

        // Not before the first request: what is wrong with the configuration is said at start, with everything else.
        var webhook = new Lazy<WebhookEndpoint>(endpoints.ServiceProvider.GetRequiredService<WebhookEndpoint>);
        var group = endpoints.MapGroup(prefix).WithTags("Webhooks");

        // All methods: which ones a source answers is in its row, and the 405 must name them.
        group.Map("", (RequestDelegate)(context => webhook.Value.ReceiveAsync(context, WebhookReceiverOptions.DefaultSourceName))).WithName("ReceiveDefaultWebhook");
        group.Map("/{source}", (RequestDelegate)(context => webhook.Value.ReceiveAsync(context, (string)context.Request.RouteValues["source"]!))).WithName("ReceiveWebhook");
        return group;
    }
}
