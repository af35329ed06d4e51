using Microsoft.AspNetCore.TestHost;
using WebhookReceiver.Tests.Dispatch;

namespace WebhookReceiver.Tests.Endpoints;

/// <summary>What Kestrel does not show as it arrived: here a server that leaves both headers where they are. The rest is tried over sockets.</summary>
public sealed class FramingCheckTests
{
    [Fact]
    [Trait("Attack", "A39")]
    public async Task Length_BesideChunksOnAnotherServer_IsRefused()
    {
        await using var receiver = await ReceiverUnderTest.StartAsync(static _ => { });

        var context = await receiver.App.GetTestServer().SendAsync(
            static context =>
            {
                context.Request.Method = "POST";
                context.Request.Path = "/webhook";
                context.Request.Headers.TransferEncoding = "chunked";
                context.Request.Headers.ContentLength = 5;
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(400, context.Response.StatusCode);
        Assert.Equal("close", context.Response.Headers.Connection);
    }
}
