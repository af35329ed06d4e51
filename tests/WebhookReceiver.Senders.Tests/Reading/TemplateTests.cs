namespace WebhookReceiver.Senders.Tests;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("{body}", TemplatePartKind.Body, "")]
    [InlineData("{digest}", TemplatePartKind.Digest, "")]
    [InlineData("{url}", TemplatePartKind.Url, "")]
    [InlineData("{form}", TemplatePartKind.Form, "")]
    [InlineData("{header:X-Event-Id}", TemplatePartKind.Header, "X-Event-Id")]
    [InlineData("{parameter:t}", TemplatePartKind.Parameter, "t")]
    [InlineData("{query:hub.mode}", TemplatePartKind.Query, "hub.mode")]
    [InlineData("{form:trigger_id}", TemplatePartKind.FormField, "trigger_id")]
    [InlineData("{json:}", TemplatePartKind.Json, "")]
    [InlineData("{json:/a/0}", TemplatePartKind.Json, "/a/0")]
    [InlineData("plain", TemplatePartKind.Literal, "plain")]
    [InlineData("{{x}", TemplatePartKind.Literal, "{x}")]
    [InlineData("}", TemplatePartKind.Literal, "}")]
    public void Parse_OnePart_HasItsKindAndName(string text, TemplatePartKind kind, string name)
    {
        TemplatePart part = Assert.Single(Template.Parse(text).Parts);

        Assert.Equal((kind, name), (part.Kind, part.Name));
    }

    [Fact]
    public void Parse_ManyParts_KeepsTheirOrder()
    {
        var template = Template.Parse("v0:{header:X-Time}:{body}");

        Assert.Equal("v0:{header:X-Time}:{body}", template.Text);
        Assert.Equal(
            [(TemplatePartKind.Literal, "v0:"), (TemplatePartKind.Header, "X-Time"), (TemplatePartKind.Literal, ":"), (TemplatePartKind.Body, "")],
            template.Parts.Select(part => (part.Kind, part.Name)));
    }

    [Fact]
    public void Parse_JsonReply_KeepsItsBraces()
    {
        var template = Template.Parse("""{{"challenge":"{json:/challenge}"}""");

        Assert.Equal(["""{"challenge":""" + "\"", "/challenge", "\"}"], template.Parts.Select(part => part.Name));
    }

    [Theory]
    [InlineData("{json:}", new string[0])]
    [InlineData("{json:/}", new[] { "" })]
    [InlineData("{json:/a/b}", new[] { "a", "b" })]
    [InlineData("{json:/a~1b/c~0d}", new[] { "a/b", "c~d" })]
    [InlineData("{json:/~01}", new[] { "~1" })]
    public void Parse_Pointer_UnescapesItsTokens(string text, string[] expected) =>
        Assert.Equal(expected, Template.Parse(text).Parts[0].Pointer);

    [Fact]
    public void Parse_Nothing_HasNoParts() => Assert.Empty(Template.Parse("").Parts);

    [Theory]
    [InlineData("{body", "not closed")]
    [InlineData("a{", "not closed")]
    [InlineData("{}", "{} is not a part")]
    [InlineData("{Body}", "{Body} is not a part")]
    [InlineData("{cookie:x}", "{cookie:x} is not a part")]
    [InlineData("{header:}", "{header:}")]
    [InlineData("{header:a b}", "{header:a b}")]
    [InlineData("{header:a:b}", "{header:a:b}")]
    [InlineData("{parameter:}", "{parameter:} needs a name")]
    [InlineData("{query:}", "{query:} needs a name")]
    [InlineData("{form:}", "{form:} needs a name")]
    [InlineData("{json:a}", "not a JSON pointer")]
    [InlineData("{json:/a~2}", "not a JSON pointer")]
    [InlineData("{json:/a~}", "not a JSON pointer")]
    public void Parse_WhatIsNoTemplate_NamesThePart(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => Template.Parse(text)).Message, StringComparison.Ordinal);
}
