using System.Globalization;

namespace WebhookReceiver.Senders;

/// <summary>One member of <c>Signature-Input</c> (RFC 9421 4.1), read and not believed.</summary>
internal sealed class MessageSignature
{
    /// <summary>The component that covers the body (RFC 9530).</summary>
    public const string ContentDigest = "content-digest";

    public const string InputHeader = "Signature-Input";

    private MessageSignature(string label, string parametersText, IReadOnlyList<string> components, IReadOnlyDictionary<string, string> parameters) =>
        (Label, ParametersText, Components, Parameters) = (label, parametersText, components, parameters);

    public string Label { get; }

    /// <summary>The covered components and the parameters exactly as they were written, which is what is signed.</summary>
    public string ParametersText { get; }

    public IReadOnlyList<string> Components { get; }

    /// <summary>The parameters; texts without their quotation marks.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>The parameter <c>created</c> as text; <see langword="null"/> if it is absent.</summary>
    public string? Created => Parameters.GetValueOrDefault("created");

    /// <summary>When it ends: long ago where that cannot be read; <see langword="null"/> where it does not say.</summary>
    public DateTimeOffset? Expires =>
        !Parameters.TryGetValue("expires", out string? text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= 99_999_999_999
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.MinValue;

    /// <summary>Reads a header.</summary>
    /// <returns>Its members that cover plain components; <see langword="null"/> where the header is no dictionary of inner lists.</returns>
    public static IReadOnlyList<MessageSignature>? TryParse(string header)
    {
        var signatures = new List<MessageSignature>();
        if (StructuredFields.SplitMembers(header) is not { } members)
        {
            return null;
        }

        foreach ((string label, string value) in members)
        {
            if (StructuredFields.ParseInnerList(value) is not { } list)
            {
                return null;
            }

            // A component with parameters of its own (;req, ;sf, ;key) is one that is not computed here.
            if (list.Items is not null && list.Items.Distinct(StringComparer.Ordinal).Count() == list.Items.Count)
            {
                signatures.Add(new MessageSignature(label, value, list.Items, list.Parameters));
            }
        }

        return signatures;
    }
}
