using System.Diagnostics.Metrics;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Startup;

/// <summary>
/// Serves the certificates that Kestrel is configured with as files, and serves their successors when the files are renewed, in whatever way.
/// Kestrel's own watcher, which this replaces, closes the connections that are open, misses a key that comes later than its certificate, and does
/// nothing for an address that is no endpoint.
/// </summary>
internal sealed class ServerCertificates : BackgroundService
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private const string Section = "Kestrel";
    private const string DefaultKey = Section + ":Certificates:Default";
    private const string EndpointsKey = Section + ":Endpoints";
    private static readonly TimeSpan NearEnd = TimeSpan.FromDays(7);

    private readonly IConfiguration _configuration;
    private readonly TimeProvider _clock;
    private readonly ILogger<ServerCertificates> _logger;
    private readonly Dictionary<string, CertificateFile> _files;
    private readonly HashSet<CertificateFile> _warned = [];
    private readonly List<ConfigurationProblem> _problems = [];

    public ServerCertificates(IConfiguration configuration, IHostEnvironment environment, WebhookMetrics metrics, TimeProvider clock, ILogger<ServerCertificates> logger)
    {
        (_configuration, _clock, _logger) = (configuration, clock, logger);
        // One for each name has its certificates from Kestrel, that for all other names too.
        _files = configuration.GetSection(EndpointsKey).GetChildren().Where(static endpoint => !endpoint.GetSection("Sni").Exists())
            .Select(static endpoint => (Name: endpoint.Key, Section: endpoint.GetSection("Certificate")))
            .Prepend((Name: "Default", Section: configuration.GetSection(DefaultKey)))
            .Select(configured => FileOf(configured.Name, configured.Section, environment.ContentRootPath)).OfType<CertificateFile>()
            .ToDictionary(static file => file.Key, StringComparer.OrdinalIgnoreCase);
        foreach (var file in _files.Values)
        {
            try
            {
                file.Load();
            }
            catch (Exception error) when (CertificateFile.IsProblem(error))
            {
                _problems.Add(new ConfigurationProblem(
                    ErrorCodes.ServerSettingsRefused, file.Key + ":Path", $"The certificate '{file.Path}' cannot be used with its KeyPath or Password: {ServerProblem.FirstLine(error)}",
                    "Name a certificate, and its key, that this process may read."));
            }
        }

        if (_files.Count > 0)
        {
            metrics.Observe(Expiry);
        }
    }

    /// <summary>What is wrong with the certificates that the program was started with.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>Has each endpoint take its certificate from here.</summary>
    public void Serve(KestrelServerOptions kestrel)
    {
        var loader = kestrel.Configure(_configuration.GetSection(Section), reloadOnChange: false);
        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            Serve(https, DefaultKey);
        });
        foreach (var endpoint in _configuration.GetSection(EndpointsKey).GetChildren())
        {
            // One that has a certificate of another kind, or one for each name, has it from Kestrel.
            if (endpoint.GetSection("Certificate") is var own && own.Exists() || endpoint.GetSection("Sni").Exists())
            {
                loader.Endpoint(endpoint.Key, options => Serve(options.HttpsOptions, own.Path));
            }
        }
    }

    /// <summary>Reads the files again, and warns of a certificate that ends soon.</summary>
    public void ReloadIfChanged()
    {
        foreach (var file in _files.Values)
        {
            try
            {
                if (file.ReloadIfChanged())
                {
                    _warned.Remove(file);
                    Log.CertificateReloaded(_logger, file.Name, file.Path, file.Current!.TargetCertificate.Subject, file.End!.Value);
                }
            }
            catch (Exception error) when (CertificateFile.IsProblem(error))
            {
                Log.CertificateNotReloaded(_logger, file.Name, file.Path, ServerProblem.FirstLine(error));
            }

            if (file.End - _clock.GetUtcNow() < NearEnd && _warned.Add(file))
            {
                Log.CertificateEnding(_logger, file.Name, file.Path, file.End!.Value);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_files.Count > 0)
        {
            ReloadIfChanged();
            await Task.Delay(PollInterval, _clock, stoppingToken);
        }
    }

    private static CertificateFile? FileOf(string name, IConfigurationSection section, string directory) => section["Path"] is { Length: > 0 } path
        ? new CertificateFile(
            name, section.Path, Path.Combine(directory, path), section["KeyPath"] is { } keyPath ? Path.Combine(directory, keyPath) : null, section["Password"])
        : null;

    private void Serve(HttpsConnectionAdapterOptions https, string key) =>
        https.OnAuthenticate = _files.TryGetValue(key, out var file) ? (_, connection) => connection.ServerCertificateContext = file.Current : null;

    private IEnumerable<Measurement<double>> Expiry() => _files.Values.Where(static file => file.End is not null)
        .Select(file => new Measurement<double>((file.End!.Value - _clock.GetUtcNow()).TotalSeconds, new KeyValuePair<string, object?>("webhook.certificate", file.Name)));
}
