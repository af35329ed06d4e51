using Microsoft.AspNetCore.Http;

namespace WebhookReceiver.Endpoints;

/// <summary>Where a request came from, as logs and rejections have it.</summary>
internal static class RemoteAddress
{
    /// <summary>A listener for both families has IPv4 addresses as IPv6 ones; nobody would find them in a log again.</summary>
    public static string Of(ConnectionInfo connection) =>
        (connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : connection.RemoteIpAddress)?.ToString() ?? "";
}
