using System.Globalization;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Walks a JSON document by the tokens of a pointer.</summary>
internal static class JsonPath
{
    /// <summary>The token that stands for each element of an array and each member of an object, where a place allows it.</summary>
    public const string Each = "*";

    public static bool TryFind(JsonElement root, IReadOnlyList<string> pointer, out JsonElement element)
    {
        element = root;
        for (int depth = 0; depth < pointer.Count; depth++)
        {
            if (!TryStep(element, pointer[depth], out element))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Every value that a pointer with <see cref="Each"/> in it names, in the document's order.</summary>
    /// <param name="root">The document.</param>
    /// <param name="pointer">The tokens.</param>
    /// <param name="missing">Whether a value that is not there is one without a kind, instead of none.</param>
    /// <param name="depth">How many tokens have been walked.</param>
    public static IEnumerable<JsonElement> All(JsonElement root, IReadOnlyList<string> pointer, bool missing = false, int depth = 0)
    {
        if (depth == pointer.Count)
        {
            return [root];
        }

        if (pointer[depth] != Each)
        {
            return TryStep(root, pointer[depth], out JsonElement next) ? All(next, pointer, missing, depth + 1) : missing ? [default] : [];
        }

        return root.ValueKind switch
        {
            JsonValueKind.Array => root.EnumerateArray().SelectMany(item => All(item, pointer, missing, depth + 1)),
            JsonValueKind.Object => root.EnumerateObject().SelectMany(member => All(member.Value, pointer, missing, depth + 1)),
            _ => missing ? [default] : [],
        };
    }

    /// <summary>Where the values of <see cref="All"/> stand, in the same order, each as a JSON pointer.</summary>
    public static IEnumerable<string> Pointers(JsonElement root, IReadOnlyList<string> pointer, string path = "", int depth = 0)
    {
        if (depth == pointer.Count)
        {
            return [path];
        }

        if (pointer[depth] != Each)
        {
            return TryStep(root, pointer[depth], out JsonElement next) ? Pointers(next, pointer, $"{path}/{Escape(pointer[depth])}", depth + 1) : [];
        }

        return root.ValueKind switch
        {
            JsonValueKind.Array => root.EnumerateArray().Index()
                .SelectMany(item => Pointers(item.Item, pointer, string.Create(CultureInfo.InvariantCulture, $"{path}/{item.Index}"), depth + 1)),
            JsonValueKind.Object => root.EnumerateObject().SelectMany(member => Pointers(member.Value, pointer, $"{path}/{Escape(member.Name)}", depth + 1)),
            _ => [],
        };
    }

    /// <summary>
    /// A string, or a number, true or false as it is written; <see langword="null"/> for everything else, and for a string with half of a surrogate
    /// pair, which reads as JSON and is no text.
    /// </summary>
    public static string? Text(JsonElement element, bool numbers) => element.ValueKind switch
    {
        JsonValueKind.String => JsonText.OrNull(element),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when numbers => element.GetRawText(),
        _ => null,
    };

    private static bool TryStep(JsonElement current, string token, out JsonElement next)
    {
        next = default;
        switch (current.ValueKind)
        {
            case JsonValueKind.Object:
                return current.TryGetProperty(token, out next);
            case JsonValueKind.Array when IsIndex(token, current.GetArrayLength(), out int index):
                next = current[index];
                return true;
            default:
                return false;
        }
    }

    private static string Escape(string token) => token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static bool IsIndex(string token, int length, out int index) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out index)
        && index < length && (token.Length == 1 || token[0] != '0');
}
