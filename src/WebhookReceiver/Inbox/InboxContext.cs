using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;

namespace WebhookReceiver.Inbox;

/// <summary>What a store of any kind gets of the application: the handlers to number, and somebody to tell what happens to it.</summary>
internal sealed class InboxContext(HandlerRegistry handlers, IHostApplicationLifetime lifetime, ILogger<InboxService> logger)
{
    public IReadOnlyList<HandlerIdentity> Handlers => handlers.Identities;

    public ILogger Logger => logger;

    /// <summary>Nothing may be written any more: the program ends.</summary>
    public void Failed(Exception error)
    {
        Log.InboxFailed(logger, error);
        Environment.ExitCode = ExitCodes.StorageFailed;
        lifetime.StopApplication();
    }

    /// <summary>These attempts were running in a process that is gone.</summary>
    public void Crashed(IReadOnlyList<CrashedAttempt> attempts)
    {
        foreach (var attempt in attempts)
        {
            Log.Crashed(logger, attempt, handlers.Find(attempt.Handler)?.Identity.Name);
        }
    }
}
