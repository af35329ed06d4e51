using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Sources;

/// <summary>
/// What the server says of its own settings when it starts: a certificate that is missing or cannot be read, above all. It is asked nothing
/// beforehand, because the rules are its own.
/// </summary>
internal static class ServerProblem
{
    /// <returns><see langword="null"/> for whatever is not of the server's settings.</returns>
    public static ConfigurationProblem? Of(Exception error) =>
        error is InvalidOperationException or ArgumentException or FormatException or IOException or UnauthorizedAccessException or CryptographicException && CameThroughTheServer(error)
            ? new ConfigurationProblem(
                ErrorCodes.ServerSettingsRefused, "Kestrel:Certificates:Default:Path", $"The server cannot listen as it is configured: {FirstLine(error)}",
                "For an https address name a certificate, and its KeyPath or Password, that this process may read.")
            : null;

    // Its exceptions have no type of their own. Those of requests never come this far.
    private static bool CameThroughTheServer(Exception error) =>
        new StackTrace(error).GetFrames().Any(static frame => frame.GetMethod()?.DeclaringType?.Assembly == typeof(KestrelServer).Assembly);

    /// <summary>What is said of it to operators: some messages go on for lines.</summary>
    public static string FirstLine(Exception error) => error.Message.Split('\n')[0].TrimEnd();
}
