namespace WebhookReceiver.Senders;

/// <summary>The canonical forms of requests that data cannot say, by their names in <c>{canonical:…}</c>.</summary>
internal static class CanonicalForm
{
    private const string Contentful = "contentful";
    private const string Plivo = "plivo-v3";
    private const string WeChat = "wechat";
    private const string MessageBirdQuery = "messagebird-query";

    private const string Sns = "aws-sns";

    public const string Names = $"{Contentful}, {Plivo}, {WeChat}, {MessageBirdQuery}, {Sns}";

    public static bool IsKnown(string name) => name is Contentful or Plivo or WeChat or MessageBirdQuery or Sns;

    public static bool NeedsUrl(string name) => name is Contentful or Plivo;

    /// <summary>Whether the form holds the key.</summary>
    public static bool HoldsKey(string name) => name == WeChat;

    /// <summary>Whether the form holds the body, or all fields of it.</summary>
    public static bool CoversBody(string name) => name is Contentful or Plivo;

    /// <summary>The members of the document that the form is made of, where it is made of such.</summary>
    public static IEnumerable<string> Members(string name, RequestContent? content) => name == Sns ? SnsForm.Members(content) : [];

    /// <summary>Whether the request has what the form is made of. What it lacks would be left out, and so be accepted unsigned.</summary>
    public static bool CanAppend<TRequest>(string name, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct => name switch
        {
            Contentful => ContentfulForm.NamesOf(in request) is not null,
            Plivo => SortedForm.CanAppend(in request),
            Sns => SnsForm.CanAppend(request.Content),
            _ => true,
        };

    public static void Append<TRequest>(string name, ref readonly TRequest request, ReadOnlySpan<byte> key, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        switch (name)
        {
            case Contentful:
                ContentfulForm.Append(in request, ref writer);
                break;
            case Plivo:
                PlivoForm.Append(in request, ref writer);
                break;
            case WeChat:
                WeChatForm.Append(in request, key, ref writer);
                break;
            case MessageBirdQuery:
                SortedQuery.Append(request.Query, ref writer);
                break;
            case Sns:
                SnsForm.Append(request.Content, ref writer);
                break;
            default:
                throw new InvalidOperationException($"Unknown canonical form {name}.");
        }
    }
}
