using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Endpoints;

/// <summary>
/// Refuses, before anything else looks at it, a request whose end the server finds and a proxy in front of it may see elsewhere: what follows
/// would be a request that the proxy never looked at. It is dangerous wherever it is answered, so all requests of the server are checked.
/// </summary>
internal sealed class FramingCheck : IStartupFilter
{
    // Kestrel takes Content-Length away where there is Transfer-Encoding, too, and shows it under this name. Who sends that name himself with chunks
    // cannot be told from it, and is refused as well.
    private const string DroppedContentLength = "X-Content-Length";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var rejections = app.ApplicationServices.GetRequiredService<RejectionJournal>();
        app.Use(following => context => IsAmbiguous(context.Request) ? RefuseAsync(context, rejections) : following(context));
        next(app);
    };

    private static bool IsAmbiguous(HttpRequest request)
    {
        var codings = request.Headers.TransferEncoding;
        return codings.Count > 0
            && (codings.Count > 1 || !"chunked".Equals(codings[0], StringComparison.OrdinalIgnoreCase)
                || request.ContentLength is not null || request.Headers.ContainsKey(DroppedContentLength) || HttpProtocol.IsHttp10(request.Protocol));
    }

    private static Task RefuseAsync(HttpContext context, RejectionJournal rejections)
    {
        var rejected = new ReceiveResult.Rejected(RejectionReason.FramingAmbiguous);
        var answer = RejectionAnswers.For(rejected);
        var deliveryId = ReceiveResponses.NewDeliveryId();
        rejections.Add(new Rejection(
            deliveryId, rejections.Now, Rejection.UnknownSource, rejected.Reason, answer.Error.Code, answer.Status, RemoteAddress.Of(context.Connection), BodyBytes: 0));
        return ReceiveResponses.WriteAsync(context.Response, rejected, answer, deliveryId);
    }
}
