using Microsoft.AspNetCore.Http;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Attacks;

/// <summary>Multipart forms that two readers would read in two ways. All are signed by the sender.</summary>
public sealed class MultipartAttacks(PipelineHost host) : IClassFixture<PipelineHost>
{
    private const string Rest = "--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nupload.done\r\n--b--\r\n";

    [Theory]
    [Trait("Attack", "A113")]
    [InlineData("multipart/form-data; boundary=b", "{0}")]
    [InlineData("multipart/form-data; boundary=\"b\"", "{0}")]
    [InlineData("Multipart/Form-Data; Boundary=b", "{0}")]
    [InlineData("multipart/form-data; boundary=b", "what stands before\r\n{0}what stands behind")]
    public async Task Form_AsItShouldBe_IsAcceptedWithItsFields(string type, string body)
    {
        var request = Request(body.Replace("{0}", Field("note", "a --b that does not begin its line, and\r\n-b is none") + File("file") + Rest, StringComparison.Ordinal), type);

        var found = await host.AssertAcceptedAsync(request);

        var form = Assert.IsType<FormCollection>(Assert.Single(host.Handled.DataOf(found.Event.PublicId)));
        Assert.Equal(["id", "note", "type"], form.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("a --b that does not begin its line, and\r\n-b is none", form["note"].ToString());
    }

    [Theory]
    [Trait("Attack", "A113")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=c")]
    [InlineData("multipart/form-data; boundary=b; boundary=c")]
    [InlineData("multipart/form-data; boundary=c; boundary=b")]
    [InlineData("multipart/form-data; boundary=B")]
    [InlineData("multipart/form-data; boundary=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    public Task Boundary_ThatIsNotTheOneOfTheBody_IsRefused(string type) => AssertMalformedAsync(Rest, type);

    [Theory]
    [Trait("Attack", "A113")]
    [InlineData("")]
    [InlineData("--b--\r\n", "WHR2008")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nupload.done")] // no end
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nupload.done\r\n--b")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nupload.done\r\n--b-\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nupload\r\n--bc\r\n.done\r\n--b--\r\n")] // within the content
    [InlineData("--b\nContent-Disposition: form-data; name=\"type\"\n\nupload.done\n--b--\n")] // without carriage returns
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"type\"\r\nupload.done\r\n--b--\r\n")] // no blank line
    [InlineData("--b\r\nContent-Type: text/plain\r\n\r\nupload.done\r\n--b--\r\n")] // no name
    [InlineData("--b\r\nContent-Disposition: attachment; name=\"type\"\r\n\r\nupload.done\r\n--b--\r\n")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"type\"\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nupload.done\r\n--b--\r\n")]
    public Task Form_ThatIsNotWellFormed_IsRefused(string body, string code = "WHR2009") => host.AssertRefusedAsync(
        Signed(body, "multipart/form-data; boundary=b"), 400, code, code == "WHR2009" ? RejectionReason.BodyMalformed : RejectionReason.EnvelopeInvalid);

    [Fact]
    [Trait("Attack", "A113")]
    public Task Field_OfBytesThatAreNoUtf8_IsRefused() => host.AssertRefusedAsync(
        host.Uploads.Sign([.. "--b\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\n"u8, 0xff, .. "\r\n--b--\r\n"u8], "").Set("Content-Type", "multipart/form-data; boundary=b"),
        400, "WHR2009", RejectionReason.BodyMalformed);

    [Fact]
    [Trait("Attack", "A114")]
    public async Task Field_OfTheEnvelopeTwice_IsNone()
    {
        var response = await host.AssertRefusedAsync(
            Request(Field("type", "upload.other") + Rest), 400, "WHR2008", RejectionReason.EnvelopeInvalid);

        Assert.Equal("type", Assert.Single(response.Json.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    [Trait("Attack", "A114")]
    public async Task File_WithTheNameOfAField_IsNoField()
    {
        await host.AssertAcceptedAsync(Request(File("type") + Rest));
        await host.AssertRefusedAsync(
            Request(File("type") + "--b--\r\n"), 400, "WHR2008", RejectionReason.EnvelopeInvalid);
    }

    [Fact]
    [Trait("Attack", "A114")]
    public async Task Fields_MoreThan1024_AreRefused()
    {
        var fields = string.Concat(Enumerable.Repeat(Field("n", "1"), 1022));
        await host.AssertAcceptedAsync(Request(fields + Rest));
        await AssertMalformedAsync(Field("n", "1") + Field("n", "1") + fields + Rest, "multipart/form-data; boundary=b");
    }

    private static string Field(string name, string value) => $"--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    private static string File(string name) =>
        $"--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nupload.evil\r\n";

    private WireRequest Request(string body, string type = "multipart/form-data; boundary=b") =>
        Signed(body.Replace(Rest, Field("id", host.NewId()) + Rest, StringComparison.Ordinal), type);

    private WireRequest Signed(string body, string type) => host.Uploads.Sign(body, "").Set("Content-Type", type);

    private Task<WireResponse> AssertMalformedAsync(string body, string type) => host.AssertRefusedAsync(Signed(body, type), 400, "WHR2009", RejectionReason.BodyMalformed);
}
