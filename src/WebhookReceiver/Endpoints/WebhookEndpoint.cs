using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Senders;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>Answers one request of the public surface: limits first, then the body, then the intake, then the answer.</summary>
internal sealed class WebhookEndpoint
{
    private readonly SourceRegistry _sources;
    private readonly WebhookIntake _intake;
    private readonly RejectionJournal _rejections;
    private readonly RejectionCapture _captures;
    private readonly RejectionExplainer _explainer;
    private readonly RejectionThrottle _throttle;
    private readonly BodyMemory _memory;
    private readonly KeyFetcher _keys;
    private readonly WebhookMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<WebhookEndpoint> _logger;
    private readonly bool _requiresHttps;

    public WebhookEndpoint(
        SourceRegistry sources, WebhookIntake intake, RejectionJournal rejections, RejectionCapture captures, RejectionExplainer explainer, RejectionThrottle throttle, BodyMemory memory, KeyFetcher keys,
        WebhookMetrics metrics, TimeProvider clock, IOptions<WebhookReceiverOptions> options, IHostEnvironment environment, ILogger<WebhookEndpoint> logger)
    {
        (_sources, _intake, _rejections, _captures, _explainer, _throttle) = (sources, intake, rejections, captures, explainer, throttle);
        (_memory, _keys, _metrics, _clock, _logger) = (memory, keys, metrics, clock, logger);
        _requiresHttps = options.Value.RequireHttps ?? !environment.IsDevelopment();
    }

    public async Task ReceiveAsync(HttpContext context, string sourceName)
    {
        var started = _clock.GetTimestamp();
        var isKnown = _sources.TryGet(sourceName, out var source);
        var bodyLength = 0;
        Delivery? delivery = null;
        string? failureId = null;
        ReceiveResult result;
        try
        {
            if (!isKnown)
            {
                result = new ReceiveResult.Rejected(RejectionReason.UnknownSource);
            }
            else if (Refuse(context.Request, source!, out var format) is { } refused)
            {
                result = new ReceiveResult.Rejected(refused);
            }
            else
            {
                // A sender that hangs up cancels its own reading and nothing after it.
                var (body, rejection) = await BodyReader.ReadAsync(context.Request, source!.MaxBodyBytes, _memory, _clock, context.RequestAborted).ConfigureAwait(false);
                bodyLength = body.Length;
                if (rejection is { } reason)
                {
                    result = new ReceiveResult.Rejected(reason);
                }
                else
                {
                    delivery = DeliveryOf(context.Request, source, body, format);
                    result = await _intake.ReceiveAsync(delivery).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (IsGone(error, context))
        {
            context.Abort();
            return;
        }
#pragma warning disable CA1031 // A fault of ours is a 503 that says nothing: sending again is safe, and nothing was acknowledged.
        catch (Exception error)
#pragma warning restore CA1031
        {
            failureId = ReceiveResponses.NewDeliveryId();
            Log.ReceiveFailed(_logger, failureId, isKnown ? sourceName : Rejection.UnknownSource, error);
            result = new ReceiveResult.Rejected(RejectionReason.StorageFailed);
        }

        var answering = AnswerAsync(context, result, isKnown ? sourceName : Rejection.UnknownSource, source, delivery, bodyLength, failureId, _clock.GetElapsedTime(started));

        // An answer can be held back, and the body shall not be held with it.
        delivery = null;
        await answering.ConfigureAwait(false);
    }

    /// <summary>Whether the sender has hung up. A connection that it has reset says so before it says that the request is aborted.</summary>
    private static bool IsGone(Exception error, HttpContext context) =>
        error is ConnectionResetException or ConnectionAbortedException
        || (error is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested);

    private RejectionReason? Refuse(HttpRequest request, WebhookSource source, out BodyFormat? format)
    {
        format = null;
        var isPost = request.Method == HttpMethods.Post; // by case, as methods are: others mean nothing to anybody
        if (!isPost && !source.HasHandshake(request.Method))
        {
            return RejectionReason.MethodNotAllowed;
        }

        if (_requiresHttps && !request.IsHttps)
        {
            return RejectionReason.HttpsRequired;
        }

        if (!source.Allows(request.HttpContext.Connection.RemoteIpAddress))
        {
            return RejectionReason.AddressNotAllowed;
        }

        if (request.Headers.ContentEncoding.Count > 0 && request.Headers.ContentEncoding != "identity")
        {
            return RejectionReason.ContentEncodingUnsupported;
        }

        if (!isPost)
        {
            return null;
        }

        format = ContentTypes.FormatOf(request.ContentType, source.Plan.Definition);
        return format is null && !source.Plan.HasHandshakeWithoutBody ? RejectionReason.ContentTypeUnsupported : null;
    }

    private Delivery DeliveryOf(HttpRequest request, WebhookSource source, byte[] body, BodyFormat? format)
    {
        var now = _clock.GetUtcNow();
        return new()
        {
            Source = source,
            Method = request.Method,
            Body = body,
            Format = format,
            ContentType = request.ContentType ?? "",
            Headers = request.Headers,
            Query = request.QueryString.HasValue ? request.QueryString.Value![1..] : "",
            ArrivedAt = now,
            ReceivedAt = now,
            Keys = source.AllowsKeyFetch ? _keys : null,
        };
    }

    private Task AnswerAsync(
        HttpContext context, ReceiveResult result, string sourceName, WebhookSource? source, Delivery? delivery, int bodyLength, string? failureId,
        TimeSpan duration)
    {
        switch (result)
        {
            case ReceiveResult.Stored stored:
                foreach (var item in stored.Events)
                {
                    _metrics.Received(sourceName, item.IsDuplicate);
                    stored.Source.Activity.Accept(item.ReceivedAt);
                    if (_logger.IsEnabled(LogLevel.Debug))
                    {
                        Log.DeliveryAccepted(_logger, item.PublicId, sourceName, item.Type, item.EventId, item.IsDuplicate ? "duplicate" : "accepted");
                    }
                }

                _metrics.ReceiveEnded(sourceName, duration);
                return ReceiveResponses.WriteAsync(context.Response, stored.Source, stored.Events);
            case ReceiveResult.Empty empty:
                _metrics.Answered(sourceName);
                Log.HandshakeAnswered(_logger, "empty batch", sourceName);
                return ReceiveResponses.WriteAsync(context.Response, empty.Source, []);
            case ReceiveResult.Answered answered:
                _metrics.Answered(sourceName);
                Log.HandshakeAnswered(_logger, answered.Answer.Name, sourceName);
                return ReceiveResponses.WriteAsync(context.Response, answered.Answer);
            case ReceiveResult.Rejected rejected:
                var answer = RejectionAnswers.For(rejected);
                var deliveryId = failureId ?? ReceiveResponses.NewDeliveryId();
                var rejection = new Rejection(
                    deliveryId, _rejections.Now, sourceName, rejected.Reason, answer.Error.Code, answer.Status,
                    RemoteAddress.Of(context.Connection), bodyLength);
                _rejections.Add(rejection);
                source?.Activity.Reject();
                if (delivery is not null)
                {
                    _captures.Offer(rejection, delivery);
                    if (RejectionExplainer.CanExplain(rejected.Reason))
                    {
                        _explainer.Offer(rejection, delivery);
                    }
                }

                if (rejected.Reason == RejectionReason.MethodNotAllowed)
                {
                    context.Response.Headers.Allow = AllowedMethods(source!);
                }

                // A body that did not arrive whole is held by the server until it is answered.
                if (!rejected.IsVerified && answer.Status < StatusCodes.Status500InternalServerError
                    && rejected.Reason is not (RejectionReason.BodyIncomplete or RejectionReason.BodyTooSlow) && _throttle.MustWait())
                {
                    _metrics.Delayed(sourceName);
                    return AnswerLaterAsync(context, rejected, answer, deliveryId);
                }

                return ReceiveResponses.WriteAsync(context.Response, rejected, answer, deliveryId);
            default:
                throw new InvalidOperationException("A result that this table does not know.");
        }
    }

    private async Task AnswerLaterAsync(HttpContext context, ReceiveResult.Rejected rejected, RejectionAnswer answer, string deliveryId)
    {
        await _throttle.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        await ReceiveResponses.WriteAsync(context.Response, rejected, answer, deliveryId).ConfigureAwait(false);
    }

    private static string AllowedMethods(WebhookSource source) => string.Join(", ",
        source.Plan.Definition.Handshakes.Select(static handshake => handshake.Method).Prepend("POST").Distinct(StringComparer.Ordinal));
}
