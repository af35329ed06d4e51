using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace WebhookReceiver.Host.Startup;

/// <summary>Sets Kestrel for a listener that strangers talk to.</summary>
internal static class ServerSetup
{
    // Of the process, and read once, when the server is made. By default a line may end with a line feed alone, and a proxy that takes that for a part of
    // a header's value sees one request where there would be two here.
    private const string NoBareLineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    private const int Kibibyte = 1024;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(10);

    // Longer than proxies keep a connection that nobody uses (nginx 60 s, Caddy 120 s): they close it, so that no delivery is sent into one that closes here.
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(130);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    public static void ConfigureServer(this WebApplicationBuilder builder)
    {
        AppContext.SetSwitch(NoBareLineFeeds, true);
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.KeepAliveTimeout = KeepAliveTimeout;

            // For each listener: when strangers have taken all of the public one's, the probes are answered nevertheless.
            kestrel.Limits.MaxConcurrentConnections = 2000;

            // Fewer headers would do for a sender, but each proxy of a chain adds up to ten of its own.
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * Kibibyte;
            kestrel.Limits.MaxRequestLineSize = 4 * Kibibyte;

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
