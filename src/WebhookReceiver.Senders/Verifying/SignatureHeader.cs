namespace WebhookReceiver.Senders;

/// <summary>
/// Reads a signature header: the signatures in it, decoded, and the parameters that are signed. What one item has wrong never hides
/// another item; what could make the receiver work without bound, or read one header in two ways, refuses the whole.
/// </summary>
internal ref struct SignatureHeader
{
    // A list needs room for signatures of other versions and for parameters, and no more.
    private const int MaxItems = 32;

    private readonly CompiledScheme _scheme;
    private readonly string _value;
    private readonly Span<byte> _decoded;
    private readonly Span<ReadOnlyMemory<char>> _fields;
    private int _claimed;

    private SignatureHeader(CompiledScheme scheme, string value, Span<byte> decoded, Span<ReadOnlyMemory<char>> fields)
    {
        _scheme = scheme;
        _value = value;
        _decoded = decoded;
        _fields = fields;
    }

    /// <summary>How many well-formed signatures were found.</summary>
    public int Count { get; private set; }

    /// <summary>One bit for each field that was found here.</summary>
    public uint Found { get; private set; }

    /// <summary>Reads the header.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="value">The header's value.</param>
    /// <param name="decoded">Receives the signatures one after another; room for <see cref="SenderPlan.MaxSignatures"/>.</param>
    /// <param name="fields">Receives the parameters.</param>
    /// <param name="header">What was found.</param>
    /// <returns>Whether there is at least one well-formed signature and nothing that refuses the whole.</returns>
    public static bool TryRead(
        CompiledScheme scheme, string value, Span<byte> decoded, Span<ReadOnlyMemory<char>> fields, out SignatureHeader header)
    {
        header = new SignatureHeader(scheme, value, decoded, fields);

        // Servers take the blanks off the ends of a header; where some are left, the value is not what the sender wrote.
        return value.Length is > 0 and <= SenderPlan.MaxSignatureHeaderLength
            && !char.IsWhiteSpace(value[0])
            && !char.IsWhiteSpace(value[^1])
            && header.Read()
            && header.Count > 0;
    }

    private bool Read()
    {
        SignatureLocation location = _scheme.Definition.Signature;
        return location.Format switch
        {
            SignatureFormat.Bare => Claim(_value),
            SignatureFormat.Prefixed =>
                _value.StartsWith(location.Prefix!, StringComparison.Ordinal) && Claim(_value.AsSpan(location.Prefix!.Length)),
            SignatureFormat.Pairs => ReadItems(location.Parameter!, '='),
            SignatureFormat.Versioned => ReadItems(location.Parameter!, ','),
            _ => throw new InvalidOperationException($"Unknown format {location.Format}."),
        };
    }

    /// <summary>Both lists are items of a name and a value; a value may hold the mark that ends the name (base64 ends in '=').</summary>
    private bool ReadItems(string signatureName, char mark)
    {
        int items = 0;
        foreach (Range range in _value.AsSpan().Split(_scheme.Separator))
        {
            if (++items > MaxItems)
            {
                return false;
            }

            (int start, int end) = Trim(range);
            ReadOnlySpan<char> item = _value.AsSpan(start..end);
            int at = item.IndexOf(mark);
            if (at < 0)
            {
                continue;
            }

            bool isRead = item[..at].SequenceEqual(signatureName)
                ? Claim(item[(at + 1)..])
                : KeepParameter(item[..at], _value.AsMemory((start + at + 1)..end));
            if (!isRead)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Senders write ", " as well as ",".</summary>
    private readonly (int Start, int End) Trim(Range range)
    {
        (int start, int length) = range.GetOffsetAndLength(_value.Length);
        int end = start + length;
        while (start < end && _value[start] == ' ')
        {
            start++;
        }

        while (end > start && _value[end - 1] == ' ')
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

        int size = _scheme.HashSize;
        if (SignatureText.TryDecode(_scheme.Definition.Signature.Encoding, text, _decoded.Slice(Count * size, size)))
        {
            Count++;
        }

        return true;
    }

    /// <summary>A parameter that is signed may stand there once: two would let two readers see two contents.</summary>
    private bool KeepParameter(ReadOnlySpan<char> name, ReadOnlyMemory<char> value)
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
