namespace WebhookReceiver.Senders;

/// <summary>
/// Reads the text of a signature: the signatures in it, decoded, and the parameters that are signed. What one item has wrong never hides
/// another item; what could make the receiver work without bound, or read one text in two ways, refuses the whole.
/// </summary>
internal ref struct SignatureReader(CompiledScheme scheme, DecodedSignatures decoded, Span<ReadOnlyMemory<char>> fields)
{
    // A list needs room for signatures of other versions and for parameters, and no more.
    private const int MaxItems = 32;

    private readonly CompiledScheme _scheme = scheme;
    private readonly Span<ReadOnlyMemory<char>> _fields = fields;
    private DecodedSignatures _decoded = decoded;
    private int _claimed;

    /// <summary>The well-formed signatures.</summary>
    public readonly DecodedSignatures Decoded => _decoded;

    /// <summary>One bit for each field that was found here.</summary>
    public uint Found { get; private set; }

    /// <summary>Reads a text.</summary>
    /// <returns>Whether nothing in it refuses the whole. That does not say that there is a signature in it.</returns>
    public bool TryRead(string value)
    {
        // Servers take the blanks off the ends of a header; where some are left, the value is not what the sender wrote.
        if (value.Length is 0 or > SenderPlan.MaxSignatureLength || char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]))
        {
            return false;
        }

        SignatureLocation location = _scheme.Definition.Signature;
        return location.Format switch
        {
            SignatureFormat.Bare => Claim(value),
            SignatureFormat.Prefixed => SignaturePrefix.TryRemove(location, value, out ReadOnlySpan<char> rest) && Claim(rest),
            SignatureFormat.Pairs => ReadItems(value, location.Parameter!, '='),
            SignatureFormat.Versioned => ReadItems(value, location.Parameter!, ','),
            SignatureFormat.Positional or SignatureFormat.List => ReadPlaces(value),
            SignatureFormat.Json => SignatureObject.TryRead(value, location.Parameter!, out string? member) && Claim(member),
            _ => throw new InvalidOperationException($"Unknown format {location.Format}."),
        };
    }

    /// <summary>Both lists are items of a name and a value; a value may hold the mark that ends the name (base64 ends in '=').</summary>
    private bool ReadItems(string value, string signatureName, char mark)
    {
        int items = 0;
        foreach (Range range in value.AsSpan().Split(_scheme.Separator))
        {
            if (++items > MaxItems)
            {
                return false;
            }

            (int start, int end) = Trim(value, range);
            ReadOnlySpan<char> item = value.AsSpan(start..end);
            int at = item.IndexOf(mark);
            if (at < 0)
            {
                continue;
            }

            bool isRead = item[..at].SequenceEqual(signatureName)
                ? Claim(item[(at + 1)..])
                : KeepParameter(item[..at], value.AsMemory((start + at + 1)..end));
            if (!isRead)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Items known by their place: those that the content names are parameters, all others signatures.</summary>
    private bool ReadPlaces(string value)
    {
        Span<char> name = stackalloc char[2];
        int place = 0;
        foreach (Range range in value.AsSpan().Split(_scheme.Separator))
        {
            if (place >= MaxItems)
            {
                return false;
            }

            place.TryFormat(name, out int length, provider: System.Globalization.CultureInfo.InvariantCulture);
            (int start, int end) = Trim(value, range);
            if (_scheme.HasParameter(name[..length]))
            {
                if (!KeepParameter(name[..length], value.AsMemory(start..end)))
                {
                    return false;
                }
            }
            else if (!Claim(value.AsSpan(start..end)))
            {
                return false;
            }

            place++;
        }

        return true;
    }

    /// <summary>Senders write ", " as well as ",".</summary>
    private static (int Start, int End) Trim(string value, Range range)
    {
        (int start, int length) = range.GetOffsetAndLength(value.Length);
        int end = start + length;
        while (start < end && value[start] == ' ')
        {
            start++;
        }

        while (end > start && value[end - 1] == ' ')
        {
            end--;
        }

        return (start, end);
    }

    /// <summary>Counts a signature, well-formed or not, and keeps it if it is. Too many refuse the whole.</summary>
    private bool Claim(ReadOnlySpan<char> text)
    {
        if (++_claimed > SenderPlan.MaxSignatures)
        {
            return false;
        }

        _decoded.TryAdd(_scheme.Definition.Signature.Encoding!.Value, text);
        return true;
    }

    /// <summary>A parameter that is signed may stand there once: two would let two readers see two contents.</summary>
    private bool KeepParameter(scoped ReadOnlySpan<char> name, ReadOnlyMemory<char> value)
    {
        TemplatePart[] fields = _scheme.Fields;
        for (int i = 0; i < fields.Length; i++)
        {
            if (fields[i].Kind == TemplatePartKind.Parameter && name.SequenceEqual(fields[i].Name))
            {
                if ((Found & (1u << i)) != 0)
                {
                    return false;
                }

                Found |= 1u << i;
                _fields[i] = value;
            }
        }

        return true;
    }
}
