using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Host.Configuration;

/// <summary>
/// Says once, at the start, that secret files can be read by others than their owner and its group. A line and no warning: Docker and Kubernetes mount them so, in a directory that
/// nobody else sees.
/// </summary>
internal sealed class ReadableSecretFiles(string directory, ILogger<ReadableSecretFiles> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var readable = Directory.EnumerateFiles(directory).Where(IsReadableByOthers).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        if (readable is [{ } first, ..])
        {
            Log.SecretFileReadable(logger, directory, readable.Count, first);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Of a link the mode that is given is that of what it leads to.</summary>
    private static bool IsReadableByOthers(string path)
    {
        try
        {
            return !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // a link that leads nowhere, or a file that went away meanwhile
        }
    }
}
