using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Fuzz.Cases;

/// <summary>A body that mutations begin from, with the places in it found once.</summary>
internal sealed class FuzzBody
{
    /// <summary>Stands for the id in the text of a body; as long as every id is.</summary>
    public const string Id = "ididididididid00";

    private static readonly byte[] IdBytes = Encoding.ASCII.GetBytes(Id);

    private readonly byte[] _bytes;
    private readonly int _idAt;

    public FuzzBody(string contentType, byte[] bytes)
    {
        (ContentType, _bytes) = (contentType, bytes);
        _idAt = bytes.AsSpan().IndexOf(IdBytes);
        Format = contentType.StartsWith("multipart", StringComparison.Ordinal) ? FuzzFormat.Multipart
            : contentType.Contains("urlencoded", StringComparison.Ordinal) ? FuzzFormat.Form
            : FuzzFormat.Json;
        Tokens = Format == FuzzFormat.Json ? FindTokens(bytes) : [];
    }

    public string ContentType { get; }

    public FuzzFormat Format { get; }

    /// <summary>The names and values of a JSON body, each with its place; an object or an array as a whole as well.</summary>
    public IReadOnlyList<FuzzToken> Tokens { get; }

    /// <summary>The body of an event with this id.</summary>
    public byte[] With(string id)
    {
        byte[] body = [.. _bytes];
        if (_idAt >= 0)
        {
            Encoding.ASCII.GetBytes(id, body.AsSpan(_idAt));
        }

        return body;
    }

    private static List<FuzzToken> FindTokens(byte[] json)
    {
        var tokens = new List<FuzzToken>();
        var open = new Stack<int>();
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            int start = (int)reader.TokenStartIndex;
            int end = (int)reader.BytesConsumed;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push(start);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    tokens.Add(new FuzzToken(open.Pop(), end, IsName: false));
                    break;
                case JsonTokenType.PropertyName:
                    // The reader consumes the colon with the name.
                    tokens.Add(new FuzzToken(start, start + reader.ValueSpan.Length + 2, IsName: true));
                    break;
                default:
                    tokens.Add(new FuzzToken(start, end, IsName: false));
                    break;
            }
        }

        return tokens;
    }
}
