using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Management;

/// <summary>
/// The second listener. Its address is added to the server's own; which listener a request came by is decided by the connection's local
/// port, never by the Host header, which a sender can write as he likes.
/// </summary>
internal static class ManagementListener
{
    private const string UrlKey = WebhookReceiverOptions.SectionName + ":Management:Url";
    private const string DefaultPublicUrl = "http://*:8080";

    public const int MinTokenLength = 32;

    /// <summary>Adds the management address to the addresses that the server is told to listen on.</summary>
    public static void Add(IConfiguration configuration, IWebHostBuilder webHost)
    {
        if (!TryParse(configuration[UrlKey] ?? new ManagementOptions().Url, out var management))
        {
            return; // the validator says so, with everything else
        }

        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            // Endpoints from configuration replace the addresses, but not what is listened on in code.
            webHost.ConfigureKestrel(kestrel => Listen(kestrel, management));
            return;
        }

        webHost.UseSetting(WebHostDefaults.ServerUrlsKey, string.Join(';', PublicUrls(configuration).Append(management.ToString())));
    }

    /// <summary>The addresses of the public listener, as ASP.NET Core would find them.</summary>
    public static IEnumerable<string> PublicUrls(IConfiguration configuration)
    {
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        var ports = Ports(WebHostDefaults.HttpPortsKey, "http").Concat(Ports(WebHostDefaults.HttpsPortsKey, "https")).ToArray();
        return ports.Length > 0 ? ports : [DefaultPublicUrl];

        IEnumerable<string> Ports(string key, string scheme) => (configuration[key] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"{scheme}://*:{port}");
    }

    /// <summary>Whether a request came by the management listener.</summary>
    public static bool IsManagement(HttpContext context, int port) =>
        context.Connection.LocalPort == port || context.Features.Get<ManagementSurfaceFeature>() is not null;

    public static bool TryParse(string url, out BindingAddress address)
    {
        address = null!;
        try
        {
            address = BindingAddress.Parse(url);
            return address.Port is >= 0 and <= 65535 && !address.IsUnixPipe && address.Scheme is "http" or "https";
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public static void Validate(ManagementOptions management, List<ConfigurationProblem> problems)
    {
        if (!TryParse(management.Url, out _))
        {
            problems.Add(new ConfigurationProblem("WHR1040", UrlKey, $"'{management.Url}' is not an address to listen on.", "Write one such as http://127.0.0.1:8081."));
        }

        if (management.Token is { Length: < MinTokenLength })
        {
            problems.Add(new ConfigurationProblem(
                "WHR1041", $"{WebhookReceiverOptions.SectionName}:Management:Token", $"The token has fewer than {MinTokenLength} characters.", "Make one with: openssl rand -hex 32."));
        }
    }

    private static void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel, BindingAddress address)
    {
        if (IPAddress.TryParse(address.Host, out var ip))
        {
            kestrel.Listen(ip, address.Port);
        }
        else if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            kestrel.ListenLocalhost(address.Port);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port);
        }
    }
}

/// <summary>Says that a request without a socket (a test server's) is for the management surface.</summary>
internal sealed class ManagementSurfaceFeature;
