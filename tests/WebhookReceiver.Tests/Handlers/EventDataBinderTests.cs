using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using WebhookReceiver.Handlers;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Tests.Handlers;

public sealed class EventDataBinderTests
{
    private const string Multipart = "multipart/form-data; boundary=b";
    private const string Urlencoded = "application/x-www-form-urlencoded";

    private readonly EventDataBinder _binder = new(Options.Create(new WebhookJsonOptions()));

    [Theory]
    [InlineData(Urlencoded, "name=Ada&data%5Bmerges%5D%5BFNAME%5D=L%C3%B6we&name=Grace")]
    [InlineData(Multipart, "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--b\r\nContent-Disposition: form-data; name=\"data[merges][FNAME]\"\r\n\r\nLöwe\r\n"
        + "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nGrace\r\n--b--\r\n")]
    public void Bind_Form_HasItsFieldsByTheirFlatNames(string contentType, string body)
    {
        var stored = Event(contentType, body, DataLocation.Form);

        Assert.Equal(["Ada", "Grace"], _binder.Bind<IFormCollection>(stored)["name"].ToArray());
        Assert.Equal("Löwe", _binder.Bind<IFormCollection>(stored)["DATA[merges][fname]"].ToString());
        Assert.Equal("Löwe", _binder.Bind<Dictionary<string, string>>(stored)["data[merges][FNAME]"]);
    }

    [Theory]
    [InlineData(Urlencoded, "payload=%7B%22e%22%3A%7B%22n%22%3A%22%C3%B6%22%7D%7D")]
    [InlineData(Multipart, "--b\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{\"e\":{\"n\":\"ö\"}}\r\n--b--\r\n")]
    public void Bind_FieldWithJson_IsThePartOfItsText(string contentType, string body)
    {
        Assert.Equal("ö", _binder.Bind<JsonElement>(Event(contentType, body, new DataLocation(5, 10, "payload"))).GetProperty("n").GetString());

        // As it was stored before a part of the text could be named.
        Assert.Equal("ö", _binder.Bind<JsonElement>(Event(contentType, body, new DataLocation(-1, 0, "payload"))).GetProperty("e").GetProperty("n").GetString());
    }

    [Fact]
    public void Bind_BodyThatIsNoForm_FailsForGood() =>
        Assert.Throws<PermanentFailureException>(() => _binder.Bind<IFormCollection>(Event(Multipart, "--c--", DataLocation.Form)));

    private static InboxEvent Event(string contentType, string body, DataLocation data)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return new InboxEvent
        {
            Source = "default",
            EventId = "e1",
            Type = "t",
            ReceivedAt = DateTimeOffset.UnixEpoch,
            ContentType = contentType,
            Headers = "",
            Body = bytes,
            BodySha256 = SHA256.HashData(bytes),
            Data = data,
            SecretIndex = 0,
        };
    }
}
