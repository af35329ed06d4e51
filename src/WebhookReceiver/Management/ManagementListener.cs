using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Management;

/// <summary>
/// The second listener. Its address is added to the server's own; which listener a request came by is decided by the connection's local
/// port, never by the Host header, which a sender can write as he likes.
/// </summary>
internal static class ManagementListener
{
    private const string UrlKey = WebhookReceiverOptions.SectionName + ":Management:Url";
    private const string TokenKey = WebhookReceiverOptions.SectionName + ":Management:Token";
    private const string TokenFix = "Make one with: openssl rand -hex 32.";
    private const string DefaultPublicUrl = "http://*:8080";

    public const int MinTokenLength = 32;

    /// <summary>Adds the management address to the addresses that the server is told to listen on.</summary>
    /// <returns>What it would have listened on without.</returns>
    public static IReadOnlyList<string> Add(IConfiguration configuration, IWebHostBuilder webHost)
    {
        var publicUrls = PublicUrls(configuration);
        var url = configuration[UrlKey] is { Length: > 0 } text ? text : new ManagementOptions().Url;
        if (TryParse(url, out var management)) // if not, the validator says so
        {
            Add(management, publicUrls, configuration, webHost);
        }

        return publicUrls;
    }

    private static void Add(BindingAddress management, IReadOnlyList<string> publicUrls, IConfiguration configuration, IWebHostBuilder webHost)
    {
        if (configuration.GetSection("Kestrel:Endpoints").GetChildren().Any())
        {
            // Endpoints from configuration replace the addresses, but not what is listened on in code.
            webHost.ConfigureKestrel(kestrel => Listen(kestrel, management));
            return;
        }

        webHost.UseSetting(WebHostDefaults.ServerUrlsKey, string.Join(';', publicUrls.Append(management.ToString())));
    }

    /// <summary>The addresses of the public listener, as ASP.NET Core would find them.</summary>
    private static string[] PublicUrls(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(static endpoint => endpoint["Url"]).OfType<string>().ToArray();
        if (endpoints.Length > 0)
        {
            return endpoints;
        }

        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls)
        {
            return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        var ports = Ports(WebHostDefaults.HttpPortsKey, "http").Concat(Ports(WebHostDefaults.HttpsPortsKey, "https")).ToArray();
        return ports.Length > 0 ? ports : [DefaultPublicUrl];

        IEnumerable<string> Ports(string key, string scheme) => (configuration[key] ?? "")
            .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"{scheme}://*:{port}");
    }

    /// <summary>Reads an address that the server can listen on. It refuses a path, and a port of its own choice for a name that means two addresses.</summary>
    public static bool TryParse(string url, out BindingAddress address)
    {
        address = null!;
        try
        {
            address = BindingAddress.Parse(url);
            return address.Port is >= 0 and <= 65535 && !address.IsUnixPipe && address.Scheme is "http" or "https"
                && address.PathBase.Length == 0 && !(address.Port == 0 && IsLocalhost(address));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>Checks what must be right where there is a management listener.</summary>
    public static void Validate(ManagementOptions management, IReadOnlyList<string> publicUrls, bool isDevelopment, List<ConfigurationProblem> problems)
    {
        if (!TryParse(management.Url, out var address))
        {
            problems.Add(new ConfigurationProblem(ErrorCodes.ManagementUrlRefused, UrlKey, $"'{management.Url}' is not an address to listen on.", "Write one such as http://127.0.0.1:8081."));
        }
        else if (address.Port != 0 && publicUrls.Any(url => TryParse(url, out var other) && other.Port == address.Port))
        {
            problems.Add(new ConfigurationProblem(
                ErrorCodes.ManagementPortShared, UrlKey, $"Port {address.Port} is the public listener's too, so that nothing would keep senders out of the management API.", "Give management a port of its own."));
        }

        if (management.Token is { Length: < MinTokenLength })
        {
            problems.Add(new ConfigurationProblem(ErrorCodes.ManagementTokenRefused, TokenKey, $"The token has fewer than {MinTokenLength} characters.", TokenFix));
        }
        else if (management.Token is { } token && token.Any(static character => character is <= ' ' or > '~'))
        {
            problems.Add(new ConfigurationProblem(ErrorCodes.ManagementTokenRefused, TokenKey, "The token has a blank, or a character beyond ASCII, with which no header can carry it.", TokenFix));
        }
        else if (management.Token is null && !isDevelopment)
        {
            problems.Add(new ConfigurationProblem(ErrorCodes.ManagementTokenMissing, TokenKey, "The management API has no token.", TokenFix));
        }
    }

    private static bool IsLocalhost(BindingAddress address) => address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static void Listen(KestrelServerOptions kestrel, BindingAddress address)
    {
        if (IPAddress.TryParse(address.Host, out var ip))
        {
            kestrel.Listen(ip, address.Port, Secure);
        }
        else if (IsLocalhost(address))
        {
            kestrel.ListenLocalhost(address.Port, Secure);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, Secure);
        }

        void Secure(ListenOptions listener)
        {
            if (address.Scheme == "https")
            {
                listener.UseHttps();
            }
        }
    }
}

/// <summary>Says that a request without a socket (a test server's) is for the management surface.</summary>
internal sealed class ManagementSurfaceFeature;
