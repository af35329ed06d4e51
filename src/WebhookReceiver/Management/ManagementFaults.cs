using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Management;

/// <summary>
/// Answers for what a call of management threw: usually the inbox's database, which is away. The answer says that it is worth trying again, and nothing of the error; that is for
/// the log.
/// </summary>
internal sealed class ManagementFaults(ILogger<ManagementFaults> logger)
{
    private const int RetryAfterSeconds = 5;

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, the caller gets a problem, and a page of the framework never.
        catch (Exception error) when (error is not BadHttpRequestException && !context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.ManagementFailed(logger, context.Request.Method, context.Request.Path, error);
            context.Response.Clear();
            context.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
            await ManagementProblem.Create(ErrorCodes.InboxAway).ExecuteAsync(context).ConfigureAwait(false);
        }
    }
}
