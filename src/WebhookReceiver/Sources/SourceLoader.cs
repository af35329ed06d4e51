using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Sources;

/// <summary>
/// Loads the sources at start and, while the program runs, again whenever the files behind them have other content. It reads the files
/// anew every few seconds and compares what they say: a watcher would miss the link that Kubernetes swaps under a mounted secret.
/// </summary>
internal sealed class SourceLoader : BackgroundService
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(5);

    private readonly SourceRegistry _registry;
    private readonly WebhookConfigurationRoot _root;
    private readonly IOptionsFactory<WebhookReceiverOptions> _factory;
    private readonly IHostEnvironment _environment;
    private readonly TimeProvider _clock;
    private readonly ILogger<SourceLoader> _logger;
    private string _loaded;
    private (string? Fingerprint, string Problem)? _refused;

    public SourceLoader(
        SourceRegistry registry, WebhookConfigurationRoot root, IOptions<WebhookReceiverOptions> options, IOptionsFactory<WebhookReceiverOptions> factory,
        IHostEnvironment environment, TimeProvider clock, ILogger<SourceLoader> logger)
    {
        (_registry, _root, _factory, _environment, _clock, _logger) = (registry, root, factory, environment, clock, logger);
        _loaded = Fingerprint(root.Current);

        // Read here, the options are validated before anything starts. A scheme file may say something else by now than it did then.
        Load(options.Value.Sources.Values.Any(static source => source.SchemeFile is not null) ? factory.Create(Options.DefaultName) : options.Value);
    }

    /// <summary>Reads the files again and takes over what they say, if it is new and right.</summary>
    public void ReloadIfChanged()
    {
        // The program's configuration is its builder as well; from anything else there is nothing that could be read again.
        if (_root.Current is not IConfigurationBuilder builder)
        {
            return;
        }

        var configuration = _root.Current;
        ConfigurationRoot? fresh = null;
        string? fingerprint = null;
        try
        {
            fresh = Read(builder);
            fingerprint = Fingerprint(fresh);
            if (fingerprint == _loaded && _refused is null)
            {
                return;
            }

            var before = _registry.All.Sum(static source => source.Secrets.Count);
            _root.Current = fresh;
            Load(_factory.Create(Options.DefaultName));
            (_loaded, _refused) = (fingerprint, null);
            Log.SourcesReloaded(_logger, _registry.All.Count, before, _registry.All.Sum(static source => source.Secrets.Count));
        }
#pragma warning disable CA1031 // An application's own providers throw what they like, and what was loaded goes on without them.
        catch (Exception error)
#pragma warning restore CA1031
        {
            // What was loaded stays in force: a mistake in a file must not refuse what was accepted a moment ago.
            // It is tried again each time, since a file that it names may come a moment later; it is said once.
            var refused = (fingerprint, error is OptionsValidationException ? error.Message : SettingsFileProblem.Describe(error));
            if (_refused != refused)
            {
                _refused = refused;
                Log.SourceReloadFailed(_logger, refused.Item2);
            }
        }
        finally
        {
            _root.Current = configuration;
            fresh?.Dispose();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // Not a periodic timer: a clock that jumps by hours, as a test's does, reads the files once and not for each interval in between.
            await Task.Delay(PollInterval, _clock, stoppingToken).ConfigureAwait(false);
            ReloadIfChanged();
        }
    }

    private static ConfigurationRoot Read(IConfigurationBuilder builder)
    {
        var copy = new ConfigurationBuilder();
        foreach (var (key, value) in builder.Properties)
        {
            copy.Properties[key] = value;
        }

        // Not its own way to build: where one of them cannot be read, the others would stay, and watch their files for ever.
        var providers = new List<IConfigurationProvider>(builder.Sources.Count);
        try
        {
            foreach (var source in builder.Sources)
            {
                copy.Add(source);
                providers.Add(source.Build(copy));
            }

            return new ConfigurationRoot(providers);
        }
        catch
        {
            providers.OfType<IDisposable>().ToList().ForEach(static provider => provider.Dispose());
            throw;
        }
    }

    private void Load(WebhookReceiverOptions options)
    {
        _registry.Replace(options.CompiledSources);
        foreach (var unknown in options.ReadWarnings)
        {
            Log.SettingUnknown(_logger, unknown.Key, unknown.Cause, unknown.Fix, unknown.Code);
        }

        foreach (var warning in SourceCompiler.Warnings(options.CompiledSources, options.Sources))
        {
            Log.SourceWarning(_logger, warning);
        }
    }

    /// <summary>
    /// What each provider says of the section: not the merged view, since a list of secrets is taken from its last provider alone, and can
    /// change where the merge does not. And what the files say that it names.
    /// </summary>
    private string Fingerprint(IConfiguration configuration)
    {
        var text = new StringBuilder();
        var place = 0;
        foreach (var provider in ((IConfigurationRoot)configuration).Providers)
        {
            var view = new ProviderView(provider, WebhookReceiverOptions.SectionName);
            foreach (var key in view.Keys)
            {
                if (view.Value(key) is { } value)
                {
                    text.Append(place).Append(':').Append(key).Append('=').Append(value).Append('\n');
                    if (key.EndsWith(":" + nameof(WebhookSourceOptions.SchemeFile), StringComparison.OrdinalIgnoreCase))
                    {
                        text.Append(FingerprintOfFile(value)).Append('\n');
                    }
                }
            }

            place++;
        }

        return text.ToString();
    }

    private string FingerprintOfFile(string path)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(_environment.ContentRootPath, path))));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Said when it is loaded.
            return "";
        }
    }
}
