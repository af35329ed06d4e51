using System.Text.Json.Nodes;
using CsCheck;

namespace WebhookReceiver.Tests.Support;

/// <summary>JSON documents of all kinds.</summary>
internal static class JsonDocuments
{
    private static readonly Gen<string> Scalars = Gen.Frequency(
        (1, Gen.OneOf("null", "true", "false", "{}", "[]", "\"\"", "1e400", "-0", "123456789012345678901234567890")),
        (1, Gen.Int.Select(static number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))),
        (2, PropertyRuns.Text().Select(static text => JsonValue.Create(text).ToJsonString())));

    private static readonly Gen<string> Names = Gen.Frequency(
        (3, Gen.OneOf("a", "b", "id", "type", "data", "0", "-", "a/b", "a~b", "")),
        (1, PropertyRuns.Text(4))).Select(static name => name);

    /// <summary>The text of a document, without a name twice in one object.</summary>
    public static Gen<string> Texts { get; } = Of(4);

    private static Gen<string> Of(int depth) => depth == 0 ? Scalars : Gen.Frequency(
        (2, Scalars),
        (2, Of(depth - 1).Array[0, 4].Select(static items => $"[{string.Join(" ,", items)}]")),
        (3, Gen.Select(Names, Of(depth - 1)).Array[0, 4].Select(static members =>
            $"{{{string.Join(", ", members.DistinctBy(static member => member.Item1).Select(static member => $"{JsonValue.Create(member.Item1).ToJsonString()} : {member.Item2}"))}}}")));
}
