using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>A value of a row's file and the place where it stands. Reading it as what it is not fails, naming the place.</summary>
/// <remarks>
/// Read by hand and not into objects: the definitions keep their defaults in one place, and an error says what is expected in the
/// words of the file instead of naming .NET types.
/// </remarks>
internal readonly record struct FileValue(JsonElement Element, string Path, string Origin)
{
    public string Text()
    {
        if (Element.ValueKind == JsonValueKind.String)
        {
            try
            {
                return Element.GetString()!;
            }
            catch (InvalidOperationException)
            {
                // An escape that is half of a surrogate pair.
            }
        }

        throw Expected("a text");
    }

    public int Whole() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt32(out int number) ? number : throw Expected("a whole number");

    public long Seconds() =>
        Element.ValueKind == JsonValueKind.Number && Element.TryGetInt64(out long number)
            ? number
            : throw Expected("Unix seconds, a whole number");

    public string Base64()
    {
        string text = Text();
        return System.Buffers.Text.Base64.IsValid(text) ? text : throw Expected("base64");
    }

    public bool Flag() => Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Expected("true or false"),
    };

    public char? Character() =>
        Element.ValueKind == JsonValueKind.String && Text() is [char only] ? only : throw Expected("a text of one character");

    /// <summary>A name of an enum in camel case, exactly; numbers and other spellings are refused.</summary>
    public T Word<T>() where T : struct, Enum
    {
        T[] values = Enum.GetValues<T>();
        if (Element.ValueKind == JsonValueKind.String)
        {
            string text = Text();
            foreach (T value in values)
            {
                if (Spelling(value) == text)
                {
                    return value;
                }
            }
        }

        throw Expected($"one of {string.Join(", ", values.Select(Spelling))}");
    }

    public FileObject Object() =>
        Element.ValueKind == JsonValueKind.Object ? new FileObject(this) : throw Expected("an object");

    public IReadOnlyList<T> List<T>(Func<FileValue, T> read)
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Expected("a list");
        }

        var items = new List<T>();
        foreach (JsonElement item in Element.EnumerateArray())
        {
            items.Add(read(new FileValue(item, $"{Path}[{items.Count}]", Origin)));
        }

        return items.AsReadOnly();
    }

    public IReadOnlyList<string> Texts() => List(item => item.Text());

    /// <summary>An object whose members are all texts.</summary>
    public IReadOnlyDictionary<string, string> TextByName() => ByName("an object of texts", member => member.Text());

    /// <summary>An object whose members are all of one kind, whatever they are called.</summary>
    public IReadOnlyDictionary<string, T> ByName<T>(string expected, Func<FileValue, T> read)
    {
        if (Element.ValueKind != JsonValueKind.Object)
        {
            throw Expected(expected);
        }

        var members = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (JsonProperty member in Element.EnumerateObject())
        {
            members[member.Name] = read(new FileValue(member.Value, FilePath.Member(Path, member.Name), Origin));
        }

        return members.AsReadOnly();
    }

    public SenderFileException Expected(string what) => new($"{Origin}: {Path}: expected {what}");

    private static string Spelling<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
