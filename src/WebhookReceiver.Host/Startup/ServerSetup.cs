using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace WebhookReceiver.Host.Startup;

/// <summary>Sets Kestrel for a listener that strangers talk to.</summary>
internal static class ServerSetup
{
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    public static void ConfigureServer(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;

            // No sender needs HTTP/2, and a request of HTTP/1.1 costs its sender a connection.
            kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.ApplicationServices.GetRequiredService<ServerCertificates>().Serve(kestrel);
        });
        builder.Services.AddSingleton<ServerCertificates>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<ServerCertificates>());
        builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddHostedService<FirstScreen>();
    }
}
