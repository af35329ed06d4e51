using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace WebhookReceiver.Senders;

/// <summary>The senders that ship with the product. A row is read when it is first asked for. Safe from any thread.</summary>
public static class SenderCatalog
{
    private const string Folder = "Catalog/";
    private const string Extension = ".json";

    private static readonly Assembly Assembly = typeof(SenderCatalog).Assembly;

    private static readonly string[] SortedIds =
    [
        .. Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[Folder.Length..^Extension.Length])
            .Order(StringComparer.Ordinal),
    ];

    private static readonly FrozenDictionary<string, Lazy<SenderDefinition>> Rows =
        SortedIds.ToFrozenDictionary(id => id, id => new Lazy<SenderDefinition>(() => Read(id)), StringComparer.Ordinal);

    /// <summary>The ids of all rows, in ordinal order.</summary>
    public static IReadOnlyList<string> Ids { get; } = Array.AsReadOnly(SortedIds);

    /// <summary>Finds a row by its id.</summary>
    /// <param name="id">The id, such as <c>github</c>; compared exactly, with its case.</param>
    /// <param name="sender">The row, the same object each time; <see langword="null"/> if there is none.</param>
    /// <returns>Whether there is such a row.</returns>
    public static bool TryGet(string id, [NotNullWhen(true)] out SenderDefinition? sender)
    {
        sender = Rows.TryGetValue(id, out Lazy<SenderDefinition>? row) ? row.Value : null;
        return sender is not null;
    }

    /// <summary>Finds the id that somebody may have meant.</summary>
    /// <param name="id">A misspelt id.</param>
    /// <returns>
    /// The nearest id, by a letter too many, missing, wrong or swapped, whatever its case; <see langword="null"/> if none is within a third
    /// of the text's length, or the text is empty or longer than 64 characters.
    /// </returns>
    public static string? Nearest(string id) => EditDistance.Nearest(id, Ids);

    private static SenderDefinition Read(string id)
    {
        string resource = Folder + id + Extension;
        using Stream stream = Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is gone.");
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        SenderDefinition row = SenderFile.Parse(json, resource);
        return row.Id == id ? row : throw new SenderFileException($"{resource}: $.id: expected '{id}', the name of the file");
    }
}
