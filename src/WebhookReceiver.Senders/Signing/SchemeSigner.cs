using System.Globalization;

namespace WebhookReceiver.Senders;

/// <summary>Signs by one scheme, as the sender would.</summary>
internal static class SchemeSigner
{
    public static IReadOnlyList<KeyValuePair<string, string>> Sign(
        CompiledScheme scheme, SampleDefinition? sample, SigningInput input, ReadOnlySpan<byte> key)
    {
        if (scheme.SignsUrl && input.Url is null)
        {
            throw new ArgumentException("This sender signs the public URL, and none is given.", nameof(input));
        }

        string[] values = [.. scheme.Fields.Select((field, i) => ValueOf(scheme, sample, input, field, i))];
        var headers = new List<KeyValuePair<string, string>>();
        for (int i = 0; i < values.Length; i++)
        {
            if (scheme.Fields[i].Kind == TemplatePartKind.Header)
            {
                headers.Add(new(scheme.Fields[i].Name, values[i]));
            }
        }

        headers.Add(new(scheme.Definition.Signature.Header, Write(scheme, values, Compute(scheme, values, input, key))));
        return headers;
    }

    private static string ValueOf(CompiledScheme scheme, SampleDefinition? sample, SigningInput input, TemplatePart field, int place)
    {
        if (place == scheme.IdField)
        {
            return SignedId.IsValid(input.Id)
                ? input.Id
                : throw new ArgumentException("A signed id is 1 to 128 letters, digits, hyphens or underscores.", nameof(input));
        }

        if (place == scheme.TimeField)
        {
            long number = scheme.TimeFormat == TimestampFormat.UnixSeconds
                ? input.SignedAt.ToUnixTimeSeconds()
                : input.SignedAt.ToUnixTimeMilliseconds();
            return number >= 0
                ? number.ToString(CultureInfo.InvariantCulture)
                : throw new ArgumentException("A signed time cannot be before 1970.", nameof(input));
        }

        return SampleHeader(sample, field)
            ?? throw new InvalidOperationException($"This sender signs '{field.Name}', and the sample of its row has no value for it.");
    }

    /// <summary>Whatever else is signed, only the row's sample knows a value of.</summary>
    private static string? SampleHeader(SampleDefinition? sample, TemplatePart field) =>
        field.Kind == TemplatePartKind.Header
            ? sample?.Headers.FirstOrDefault(header => header.Key.Equals(field.Name, StringComparison.OrdinalIgnoreCase)).Value
            : null;

    private static string Compute(CompiledScheme scheme, string[] values, SigningInput input, ReadOnlySpan<byte> key)
    {
        ReadOnlyMemory<char>[] fields = [.. values.Select(value => value.AsMemory())];
        byte[] content = new byte[SignedContent.Measure(scheme, fields, input.Url, input.Body.Span)];
        SignedContent.Write(scheme, fields, input.Url, input.Body.Span, content);
        Span<byte> mac = stackalloc byte[Mac.MaxSize];
        Mac.Compute(scheme.Definition.Hash, key, content, mac);
        return SignatureText.Encode(scheme.Definition.Signature.Encoding, mac[..scheme.HashSize]);
    }

    private static string Write(CompiledScheme scheme, string[] values, string signature)
    {
        SignatureLocation location = scheme.Definition.Signature;
        return location.Format switch
        {
            SignatureFormat.Bare => signature,
            SignatureFormat.Prefixed => location.Prefix + signature,
            SignatureFormat.Versioned => $"{location.Parameter},{signature}",
            SignatureFormat.Pairs => string.Join(
                scheme.Separator,
                scheme.Fields
                    .Select((field, i) => (field, Pair: $"{field.Name}={values[i]}"))
                    .Where(item => item.field.Kind == TemplatePartKind.Parameter)
                    .Select(item => item.Pair)
                    .Append($"{location.Parameter}={signature}")),
            _ => throw new InvalidOperationException($"Unknown format {location.Format}."),
        };
    }
}
