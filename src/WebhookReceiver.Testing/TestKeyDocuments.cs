using System.Net;

namespace WebhookReceiver.Testing;

/// <summary>Stands in for the hosts that senders publish their keys at: a test makes no request of its own, and knows no key but those that it made.</summary>
internal sealed class TestKeyDocuments(TestSettings settings) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
        settings.KeyDocument(request.RequestUri!) is { } document
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(document) }
            : new HttpResponseMessage(HttpStatusCode.NotFound));
}
