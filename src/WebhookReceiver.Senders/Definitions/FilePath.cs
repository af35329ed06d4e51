namespace WebhookReceiver.Senders;

/// <summary>How a place within a file is written: <c>$.schemes[0].signature.header</c>.</summary>
internal static class FilePath
{
    public static string Member(string parent, string name) =>
        name.Length > 0 && name.All(char.IsAsciiLetterOrDigit) ? $"{parent}.{name}" : $"{parent}['{name}']";
}
