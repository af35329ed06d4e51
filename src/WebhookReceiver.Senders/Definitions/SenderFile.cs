using System.Text.Json;
using System.Text.Unicode;

namespace WebhookReceiver.Senders;

/// <summary>Reads a row from its file. Stateless; safe from any thread.</summary>
public static class SenderFile
{
    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
        MaxDepth = 16,
    };

    /// <summary>Reads and checks a row.</summary>
    /// <param name="utf8Json">
    /// The file's bytes: strict JSON in UTF-8, with or without a byte order mark, nested at most 16 deep. Comments, trailing commas and
    /// names that stand twice are refused, as are members that no row has. Members have the names of the properties of
    /// <see cref="SenderDefinition"/> in camel case, and so have the values of enums.
    /// </param>
    /// <param name="origin">The file's name for error texts.</param>
    /// <returns>The row; what the file leaves out has the defaults that the properties state.</returns>
    /// <exception cref="SenderFileException">
    /// The file is not a row; the message names the place, or all places that break a rule, and what is expected there.
    /// </exception>
    public static SenderDefinition Parse(ReadOnlySpan<byte> utf8Json, string origin)
    {
        // Editors on Windows put a byte order mark first; it says nothing in UTF-8.
        ReadOnlySpan<byte> json = utf8Json.StartsWith("\uFEFF"u8) ? utf8Json[3..] : utf8Json;
        if (!Utf8.IsValid(json))
        {
            throw new SenderFileException($"{origin}: $: expected UTF-8");
        }

        SenderDefinition definition;
        try
        {
            using var document = JsonDocument.Parse(json.ToArray(), Strict);
            definition = SenderFileReader.Read(new FileValue(document.RootElement, "$", origin));
        }
        catch (JsonException exception)
        {
            throw new SenderFileException($"{origin}: $: expected strict JSON: {exception.Message}", exception);
        }

        SenderRules.Check(definition, origin);
        return definition;
    }
}

/// <summary>A row cannot be read or compiled; the message names the file or the sender, the place, and what is expected there.</summary>
public sealed class SenderFileException : Exception
{
    /// <inheritdoc cref="Exception(string)"/>
    public SenderFileException(string message) : base(message) { }

    /// <inheritdoc cref="Exception(string, Exception)"/>
    public SenderFileException(string message, Exception innerException) : base(message, innerException) { }
}
