using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace WebhookReceiver.Management;

/// <summary>
/// Tells a browser what it may do with an answer of management: nothing but show it as what it is. Answers quote what strangers have sent. A page that needs more says so itself.
/// </summary>
internal static class BrowserHeaders
{
    private static readonly StringValues Policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        // Late, because an answer can be begun anew.
        context.Response.OnStarting(static state =>
        {
            var headers = ((HttpResponse)state).Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers.TryAdd("Referrer-Policy", "no-referrer");
            headers.TryAdd("Content-Security-Policy", Policy);
            headers.TryAdd("Cache-Control", "no-store");
            return Task.CompletedTask;
        }, context.Response);
        return next(context);
    }
}
