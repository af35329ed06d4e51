using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace WebhookReceiver.Senders.Tests.Reading;

public sealed class RequestContentProperties
{
    private static readonly SenderDefinition Row = Rows.Get("github");

    [Fact]
    public void Document_OfAnyJson_HasEachValueAtItsPointerAndWithinTheBody() =>
        JsonDocuments.Texts.Holds(
            static text =>
            {
                byte[] body = Encoding.UTF8.GetBytes(text);
                using RequestContent content = Parse(body)!;
                foreach (string[] pattern in new[] { [], new[] { "*" }, ["*", "*"], ["a", "*"], ["*", "*", "*"] })
                {
                    string[] pointers = [.. JsonPath.Pointers(content.Document!.Value, pattern)];
                    JsonElement[] values = [.. JsonPath.All(content.Document!.Value, pattern)];
                    Assert.Equal(values.Length, pointers.Length);
                    foreach ((string pointer, JsonElement value) in pointers.Zip(values))
                    {
                        Assert.True(content.TryFind(TemplateParser.ParsePointer(pointer), out JsonElement found));
                        Assert.Equal(Place(body, value), Place(body, found));
                    }
                }
            },
            each: 2);

    [Fact]
    public void Document_OfAnyText_IsThereWhereTheFrameworkReadsOne() =>
        JsonDocuments.Texts.SelectMany(PropertyRuns.Changed).Holds(static text =>
        {
            byte[] body = Encoding.UTF8.GetBytes(text);
            using RequestContent? content = Parse(body);

            Assert.Equal(IsStrictJson(body), content is not null);
        });

    [Fact]
    public void Document_OfAnyBytes_IsUtf8() =>
        Gen.Select(JsonDocuments.Texts, Gen.Byte.Array[1, 3], Gen.Int[0, 1000]).Holds(static (text, bytes, place) =>
        {
            List<byte> body = [.. Encoding.UTF8.GetBytes(text)];
            body.InsertRange(place % (body.Count + 1), bytes);
            using RequestContent? content = Parse([.. body]);

            Assert.True(content is null || System.Text.Unicode.Utf8.IsValid([.. body]));
        });

    [Fact]
    public void Document_OfAnyDepth_IsReadTo64() =>
        Gen.Select(Gen.Int[1, 200], Gen.Bool).Holds(static (depth, isObject) =>
        {
            string text = isObject ? string.Concat(Enumerable.Repeat("{\"a\":", depth - 1)) + "{}" + new string('}', depth - 1) : new string('[', depth) + new string(']', depth);
            using RequestContent? content = Parse(Encoding.UTF8.GetBytes(text));

            Assert.Equal(depth <= 64, content is not null);
        });

    [Fact]
    public void Properties_OfAnyNumber_AreCountedWithoutTheColonsOfTexts() =>
        Gen.Select(Gen.Int[9_990, 10_010], Gen.Int[0, 3]).Holds(
            static (properties, colons) =>
            {
                string value = JsonSerializer.Serialize(new string(':', colons));
                byte[] json = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Range(0, properties).Select(n => $"{{\"a\":{value}}}"))}]");
                using var document = JsonDocument.Parse(json);

                Assert.Equal(properties <= PropertyCount.Limit(json.Length), PropertyCount.IsWithin(json, document.RootElement));
            },
            each: 50);

    private static RequestContent? Parse(byte[] body) => RequestContent.TryParse(Row, body, BodyFormat.Json, null, out RequestContent? content, out string? problem)
        ? content
        : problem is null ? throw new InvalidOperationException("Nothing is wrong, and there is nothing.") : null;

    private static (int Start, int Length) Place(byte[] body, JsonElement value)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        int start = (int)Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(body), ref MemoryMarshal.GetReference(raw));
        Assert.InRange(start, 0, body.Length - raw.Length);
        return (start, raw.Length);
    }

    /// <summary>By the framework's reader alone: tokens, and the names of each object in a set of its own.</summary>
    private static bool IsStrictJson(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 64 });
            var names = new Stack<HashSet<string>>();
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    names.Push([]);
                }
                else if (reader.TokenType == JsonTokenType.EndObject)
                {
                    names.Pop();
                }
                else if (reader.TokenType == JsonTokenType.PropertyName && !names.Peek().Add(reader.GetString()!))
                {
                    return false;
                }
            }

            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}
