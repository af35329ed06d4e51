using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

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
        Console.Error.WriteLine($"WebhookReceiver cannot start: {Describe(error)}");
        return ExitCodes.Configuration;
    }

    /// <summary>The message, and that of its cause where there is one; of JSON the place alone, because its message repeats the file from there on, with the secrets in it.</summary>
    private static string Describe(Exception error) => error.GetBaseException() switch
    {
        JsonException json => string.Create(CultureInfo.InvariantCulture, $"{error.Message} It is no JSON at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}."),
        var cause when ReferenceEquals(cause, error) => error.Message,
        var cause => $"{error.Message} {cause.Message}",
    };
}
