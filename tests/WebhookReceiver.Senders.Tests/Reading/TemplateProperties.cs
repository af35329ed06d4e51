using CsCheck;

namespace WebhookReceiver.Senders.Tests.Reading;

public sealed class TemplateProperties
{
    [Fact]
    public void Literal_OfAnyText_IsItself() =>
        PropertyRuns.Text().Holds(static text =>
            Assert.Equal(text, string.Concat(Template.Parse(text.Replace("{", "{{", StringComparison.Ordinal)).Parts.Select(static part => part.Name))));

    [Fact]
    public void Pointer_OfAnyTokens_ReadsBackTheSame() =>
        PropertyRuns.Text().Array[0, 5].Holds(static tokens =>
            Assert.Equal(
                tokens,
                TemplateParser.ParsePointer(string.Concat(tokens.Select(static token => "/" + token.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))))));

    [Fact]
    public void Template_Changed_IsOneOrSaysWhy() =>
        PropertyRuns.Changed("v0:{header:X-Time}.{{{json?:/a/b}{query:t}{bodyHash:sha256-hex}{key:/a -b}{body}").Holds(static text =>
        {
            Exception? thrown = Record.Exception(() => Assert.Equal(text, Template.Parse(text).Text));
            Assert.True(thrown is null or FormatException, thrown?.ToString());
        });
}
