using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Management;

/// <summary>Lets in who has the token; in Development without a token, callers from this machine, but no page of another site in their browser.</summary>
internal sealed class ManagementAuthorization(
    IOptions<WebhookReceiverOptions> options, IHostEnvironment environment, TokenThrottle throttle, WebhookMetrics metrics)
{
    // Hashed, so that the comparison is over equal lengths and the token itself is not kept.
    private readonly Lazy<byte[]?> _token = new(() =>
        options.Value.Management.Token is { } token ? SHA256.HashData(Encoding.UTF8.GetBytes(token)) : null);

    /// <summary>
    /// Stands before the endpoint: a filter of the endpoint would come after its parameters are read, and who has no token would be told about those
    /// first.
    /// </summary>
    public Task GuardAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ManagementTokenNeeded>() is null || IsAllowed(context) ? next(context) : Refuse(context).ExecuteAsync(context);

    /// <summary>The answer to a caller who is not let in.</summary>
    public IResult Refuse(HttpContext context)
    {
        var wait = throttle.Take(context.Connection.RemoteIpAddress);
        metrics.ManagementRefused(wait > TimeSpan.Zero ? "throttled" : context.Request.Headers.Authorization.Count == 0 ? "missing" : "wrong");
        if (wait == TimeSpan.Zero)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return ManagementProblem.Create(ErrorCodes.TokenRefused);
        }

        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ManagementProblem.Create(ErrorCodes.TokensThrottled);
    }

    /// <summary>
    /// Whether somebody at this machine calls, who asks for it by a name that it has by itself. A page of another site in his browser calls from this machine as well: by a name of
    /// its own that leads here, or by ours, and then the browser says whose page it is (https://www.w3.org/TR/fetch-metadata/).
    /// </summary>
    private static bool IsOfThisMachine(HttpContext context)
    {
        var host = context.Request.Host.Host;
        return (context.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address))
            && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var named) && IPAddress.IsLoopback(named)))
            && context.Request.Headers["Sec-Fetch-Site"] is [] or ["none"] or ["same-origin"];
    }

    /// <summary>Whether a caller is let in; for what is not an endpoint of the API.</summary>
    public bool IsAllowed(HttpContext context)
    {
        if (_token.Value is not { } expected)
        {
            return environment.IsDevelopment() && IsOfThisMachine(context);
        }

        const string Scheme = "Bearer ";
        return context.Request.Headers.Authorization is [{ } header] && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), expected);
    }
}

/// <summary>Marks an endpoint that is for who has the token.</summary>
internal sealed class ManagementTokenNeeded;
