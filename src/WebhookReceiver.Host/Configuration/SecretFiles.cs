using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Configuration;

/// <summary>
/// Reads one setting per file from <c>/run/secrets</c>, where Docker and Kubernetes mount secrets; <c>__</c> in a file's name stands for a
/// colon. Files rank below the environment, which ranks below the command line.
/// </summary>
internal static class SecretFiles
{
    public const string DirectoryKey = WebhookReceiverOptions.SectionName + ":SecretsDirectory";
    private const string DefaultDirectory = "/run/secrets";

    public static void AddSecretFiles(this WebApplicationBuilder builder)
    {
        var problems = new HostProblems();
        builder.Services.AddHostConfigurationCheck(problems);
        builder.Services.AddSingleton(new ApplicationSetting("SecretsDirectory"));
        var named = builder.Configuration[DirectoryKey] is { Length: > 0 } text ? text : null;
        var directory = Path.GetFullPath(named ?? DefaultDirectory, builder.Environment.ContentRootPath);
        var files = new KeyPerFileConfigurationSource { Optional = true };
        try
        {
            if (Directory.Exists(directory))
            {
                files.FileProvider = new PhysicalFileProvider(directory);
                Insert(builder.Configuration.Sources, files);
                builder.Services.AddHostedService(services => new ReadableSecretFiles(directory, services.GetRequiredService<ILogger<ReadableSecretFiles>>()));
            }
            else if (named is not null)
            {
                problems.Add(new ConfigurationProblem(ErrorCodes.SecretFilesUnreadable, DirectoryKey, $"There is no directory '{directory}'.", "Mount the secrets there, or name the directory that holds them."));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Left in, it would fail again with every source that is added after it, and nobody would catch that.
            builder.Configuration.Sources.Remove(files);
            problems.Add(new ConfigurationProblem(ErrorCodes.SecretFilesUnreadable, DirectoryKey, $"The secret files cannot be read: {error.Message}", "Let the user of this process read them."));
        }
    }

    /// <summary>Below the environment, above the settings files. The library reads the source again with all the others, so it watches nothing.</summary>
    private static void Insert(IList<IConfigurationSource> sources, KeyPerFileConfigurationSource files)
    {
        var environment = sources.Count - 1;
        while (environment >= 0 && sources[environment] is not EnvironmentVariablesConfigurationSource { Prefix: null or "" })
        {
            environment--;
        }

        sources.Insert(environment < 0 ? sources.Count : environment, files);
    }
}
