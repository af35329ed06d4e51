using System.Net;

namespace WebhookReceiver.Tests.Support;

/// <summary>The host of a sender's keys, as far as the receiver sees it.</summary>
internal sealed class FakeKeyHost : HttpMessageHandler
{
    public const string Set = """{"keys":[{"kty":"EC","kid":"a","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}""";

    public int Requests { get; private set; }

    public HttpStatusCode Status { get; set; } = HttpStatusCode.OK;

    public string Document { get; set; } = Set;

    public TaskCompletionSource? Holds { get; set; }

    public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        Asked.TrySetResult();
        if (Holds is not null)
        {
            await Holds.Task.WaitAsync(cancellationToken);
        }

        return new HttpResponseMessage(Status) { Content = new StringContent(Document) };
    }
}
