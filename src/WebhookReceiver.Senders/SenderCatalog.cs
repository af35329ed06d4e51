using System.Diagnostics.CodeAnalysis;

namespace WebhookReceiver.Senders;

/// <summary>The senders that ship with the product. A row is read when it is first asked for. Safe from any thread.</summary>
public static class SenderCatalog
{
    /// <summary>The ids of all rows, in ordinal order.</summary>
    public static IReadOnlyList<string> Ids => throw new NotImplementedException();

    /// <summary>Finds a row by its id.</summary>
    public static bool TryGet(string id, [NotNullWhen(true)] out SenderDefinition? sender) => throw new NotImplementedException();

    /// <summary>The id that is nearest to a misspelt one (case ignored, edit distance at most a third of its length), or <see langword="null"/>.</summary>
    public static string? Nearest(string id) => throw new NotImplementedException();
}
