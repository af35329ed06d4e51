using CsCheck;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Senders;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Endpoints;

public sealed class ContentTypesProperties
{
    private static readonly Dictionary<string, BodyFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["application/json"] = BodyFormat.Json,
        ["application/x-www-form-urlencoded"] = BodyFormat.Form,
    };

    [Fact]
    public void Charset_OfAnyName_IsTakenWhereItIsUtf8()
    {
        Assert.True(SenderCatalog.TryGet("github", out var row));
        Gen.OneOf("utf-8", "UTF-8", "utf-16", "iso-8859-1", "utf8").SelectMany(name => Gen.OneOf("", "x", "-", "0").Select(more => name + more)).Holds(charset =>
            Assert.Equal(charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase), ContentTypes.FormatOf($"application/json; a=b; charset={charset}", row) is not null));
    }

    [Fact]
    public void Type_Changed_IsOneThatTheRowTakesOrNone()
    {
        Assert.True(SenderCatalog.TryGet("github", out var row));
        Gen.OneOf("application/json; charset=utf-8", "application/x-www-form-urlencoded", "application/vnd.api+json;a=\"b;c\"", "multipart/form-data; boundary=x", "APPLICATION/JSON")
            .SelectMany(PropertyRuns.Changed).Holds(text =>
            {
                if (ContentTypes.FormatOf(text, row) is { } format)
                {
                    // The framework's reader takes blanks around the slash.
                    var media = string.Concat(text.Split(';')[0].Where(static character => !char.IsWhiteSpace(character)));
                    Assert.True(Formats.TryGetValue(media, out var expected) ? expected == format : format == BodyFormat.Json && media.EndsWith("+json", StringComparison.OrdinalIgnoreCase), text);
                }
            });
    }
}
