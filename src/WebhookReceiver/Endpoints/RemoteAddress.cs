using Microsoft.AspNetCore.Http;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Endpoints;

/// <summary>Where a request came from, as logs and rejections have it.</summary>
internal static class RemoteAddress
{
    public static string Of(ConnectionInfo connection) =>
        connection.RemoteIpAddress is { } address ? Network.Plain(address).ToString() : "";
}
