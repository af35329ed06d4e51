using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using WebhookReceiver.Host.Startup;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Host.Demo;

/// <summary>The first delivery: sent by this program to itself, over the network and signed, as any sender's.</summary>
internal sealed partial class DemoDelivery(DemoSource source, ListenAddresses addresses, TimeProvider clock, ILogger<DemoDelivery> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task SendAsync(CancellationToken cancellationToken)
    {
        if (addresses.Public.FirstOrDefault(static url => url.StartsWith("http:", StringComparison.OrdinalIgnoreCase)) is not { } url)
        {
            return;
        }

        try
        {
            using var client = new HttpClient { Timeout = Timeout };
            using var request = new HttpRequestMessage(HttpMethod.Post, ListenAddresses.ForThisMachine(url) + "/webhook") { Content = Sign(source.Secret, clock.GetUtcNow()) };
            using var response = await client.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                NotAccepted(((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            NotAccepted(error.Message);
        }
    }

    private static ByteArrayContent Sign(string secret, DateTimeOffset now)
    {
        SenderCatalog.TryGet(DemoSource.Sender, out var row);
        var plan = SenderPlan.Compile(row!);
        if (!plan.TryCreateKey(secret, out var key, out var problem))
        {
            throw new InvalidOperationException(problem);
        }

        var body = Encoding.UTF8.GetBytes(DemoSource.Body);
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        foreach (var (name, value) in plan.Sign(new SigningInput(body, "demo-" + RandomNumberGenerator.GetHexString(16, lowercase: true), now), key).Headers)
        {
            content.Headers.TryAddWithoutValidation(name, value);
        }

        return content;
    }

    [LoggerMessage(1, LogLevel.Warning, "The demo's own delivery was not accepted: {Problem}")]
    private partial void NotAccepted(string problem);
}
