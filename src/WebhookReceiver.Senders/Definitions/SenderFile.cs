namespace WebhookReceiver.Senders;

/// <summary>Reads a row from its file. Stateless; safe from any thread.</summary>
public static class SenderFile
{
    /// <summary>Reads and checks a row.</summary>
    /// <param name="utf8Json">The file's bytes. Comments and trailing commas are refused, as are members that no row has.</param>
    /// <param name="origin">The file's name for error texts.</param>
    /// <exception cref="SenderFileException">The file is not a row; the message names the place.</exception>
    public static SenderDefinition Parse(ReadOnlySpan<byte> utf8Json, string origin) => throw new NotImplementedException();
}

/// <summary>A row cannot be read; the message names the file, the place and what is expected there.</summary>
public sealed class SenderFileException : Exception
{
    /// <inheritdoc cref="Exception(string)"/>
    public SenderFileException(string message) : base(message) { }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public SenderFileException(string message, Exception innerException) : base(message, innerException) { }
}
