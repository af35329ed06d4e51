using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing.Tests;

/// <summary>A host with a source for each sender of the catalogue, under the sender's own name.</summary>
public sealed class EverySender : IAsyncDisposable
{
    internal WebhookTestHost<Program> Host { get; } = new();

    public EverySender()
    {
        foreach (var id in SenderCatalog.Ids)
        {
            Host.AddSource(id, id, static source => source.AllowUnverifiedSender = source.AllowKeyFetch = true);
        }
    }

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
