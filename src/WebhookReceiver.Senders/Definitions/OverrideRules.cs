namespace WebhookReceiver.Senders;

/// <summary>Applies what the operator changes of a row.</summary>
internal static class OverrideRules
{
    private static readonly TimeSpan MinTolerance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxTolerance = TimeSpan.FromHours(1);

    public static SenderDefinition Apply(SenderDefinition row, SenderOverrides? overrides)
    {
        if (overrides?.SignatureHeader is { } signatureHeader)
        {
            row = WithSignatureHeader(row, signatureHeader);
        }

        if (overrides?.EventIdHeader is { } idHeader)
        {
            row = WithEventIdHeader(row, idHeader);
        }

        return overrides?.Tolerance is { } tolerance ? WithTolerance(row, tolerance) : row;
    }

    /// <summary>The other schemes are other families of the sender's own headers: who names the header means that one alone.</summary>
    private static SenderDefinition WithSignatureHeader(SenderDefinition row, string name)
    {
        if (!HeaderName.IsValid(name))
        {
            throw new SenderFileException($"sender '{row.Id}': SignatureHeader: expected the name of a header");
        }

        if (row.Schemes is [{ Signature.Header: null }, ..])
        {
            throw new SenderFileException($"sender '{row.Id}': SignatureHeader: expected none, as this sender's signature stands in no header");
        }

        // Schemes that share the header, and differ in 'when' or in the prefix, share the other name too.
        return row with
        {
            Schemes =
            [
                .. row.Schemes
                    .Where(scheme => string.Equals(scheme.Signature.Header, row.Schemes[0].Signature.Header, StringComparison.OrdinalIgnoreCase))
                    .Select(scheme => scheme with { Signature = scheme.Signature with { Header = name, AlsoHeaders = [] } }),
            ],
        };
    }

    /// <summary>The headers that the row tries first give way: they would stand in where the named one is absent.</summary>
    private static SenderDefinition WithEventIdHeader(SenderDefinition row, string name)
    {
        if (!HeaderName.IsValid(name))
        {
            throw new SenderFileException($"sender '{row.Id}': EventIdHeader: expected the name of a header");
        }

        if (row.Schemes.All(scheme => scheme.Id is not null))
        {
            throw new SenderFileException($"sender '{row.Id}': EventIdHeader: expected none, as this sender signs the id of its events");
        }

        if (row.Event.Each is not null)
        {
            throw new SenderFileException($"sender '{row.Id}': EventIdHeader: expected none, as a delivery of this sender carries several events");
        }

        IEnumerable<string> rest = row.Event.Id.SkipWhile(text => SingleHeader(text) is not null);
        return row with { Event = row.Event with { Id = [$"{{header:{name}}}", .. rest] } };
    }

    private static SenderDefinition WithTolerance(SenderDefinition row, TimeSpan tolerance)
    {
        if (row.Schemes.All(scheme => scheme.Timestamp is null))
        {
            throw new SenderFileException($"sender '{row.Id}': Tolerance: expected none, as this sender signs no time");
        }

        if (tolerance < MinTolerance || tolerance > MaxTolerance || tolerance.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new SenderFileException($"sender '{row.Id}': Tolerance: expected whole seconds, from 00:00:01 to 01:00:00");
        }

        return row with { Schemes = [.. row.Schemes.Select(scheme => WithTolerance(scheme, tolerance))] };
    }

    private static SchemeDefinition WithTolerance(SchemeDefinition scheme, TimeSpan tolerance) =>
        scheme.Timestamp is { } timestamp
            ? scheme with { Timestamp = timestamp with { ToleranceSeconds = (int)tolerance.TotalSeconds } }
            : scheme;

    /// <summary>The header's name where the template is one header and nothing else.</summary>
    public static string? SingleHeader(string template)
    {
        try
        {
            return Template.Parse(template).Parts is [{ Kind: TemplatePartKind.Header } part] ? part.Name : null;
        }
        catch (FormatException)
        {
            // The rules name it afterwards, with its place.
            return null;
        }
    }
}
