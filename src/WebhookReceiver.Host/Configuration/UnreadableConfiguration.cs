using System.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Configuration;

/// <summary>A settings file that cannot be read at all stops the program before there is anything that could check the rest.</summary>
internal static class UnreadableConfiguration
{
    public static bool Explains(Exception error) => error is InvalidDataException
        || error is IOException or UnauthorizedAccessException && new StackTrace(error).GetFrames().Any(static frame => frame.GetMethod()?.DeclaringType == typeof(FileConfigurationProvider));

    /// <summary>Says which file and which place in it.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception error)
    {
        Console.Error.WriteLine($"WebhookReceiver cannot start: {SettingsFileProblem.Describe(error)}");
        return ExitCodes.Configuration;
    }
}
