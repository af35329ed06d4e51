using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;

namespace WebhookReceiver.Inbox;

/// <summary>Opens the inbox before anything else starts and closes it when everything else has stopped.</summary>
internal sealed class InboxService(
    IInboxStore store, HandlerRegistry handlers, Dispatcher dispatcher, WebhookMetrics metrics, TimeProvider clock, InboxContext context, ILogger<InboxService> logger) : IHostedService
{
    private bool _isOpen;

    /// <summary>Opens the inbox, if it is not open yet.</summary>
    /// <exception cref="InboxException">It cannot be opened.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_isOpen)
        {
            return;
        }

        var recovered = await store.OpenAsync(cancellationToken).ConfigureAwait(false);
        _isOpen = true;
        handlers.Number(store);
        metrics.Observe(dispatcher);
        metrics.Observe(new InboxGauges(store, clock));
        Log.InboxOpened(logger, store.Location, recovered.Count);
        context.Crashed(recovered.Crashed);
    }

    public Task StartAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken) => await store.DisposeAsync().ConfigureAwait(false);
}
