using System.Globalization;
using System.Text.Json;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Sources;

/// <summary>What is said of a settings file that cannot be read at all, at start and at a reload: there is no key that could be named.</summary>
internal static class SettingsFileProblem
{
    private static readonly ErrorCode Error = ErrorCodes.SettingsFileRefused;

    /// <summary>Which file, which place in it, and what to do.</summary>
    public static string Describe(Exception error) => $"{Cause(error)} {Error.Fix} [{Error.Code}, {Error.Docs}]";

    // Of JSON the place alone: the parser's message repeats the file from there on, with the secrets in it.
    private static string Cause(Exception error) => error.GetBaseException() switch
    {
        JsonException json => string.Create(CultureInfo.InvariantCulture, $"{error.Message} It is no JSON at line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}."),
        var cause when ReferenceEquals(cause, error) => error.Message,
        var cause => $"{error.Message} {cause.Message}",
    };
}
