using WebhookReceiver.Diagnostics;
using WebhookReceiver.Inbox;
using WebhookReceiver.Sources;

namespace WebhookReceiver.PostgreSql;

/// <summary>The inbox on PostgreSQL by its name in the configuration.</summary>
internal sealed class PostgreSqlInboxProvider(TimeProvider clock) : IInboxProvider
{
    public const string ProviderName = "PostgreSql";

    public string Name => ProviderName;

    public ConfigurationProblem? Check(InboxOptions inbox) => ConnectionSettings.TryRead(inbox.ConnectionString, out _)
        ? null
        : new ConfigurationProblem(
            ErrorCodes.InboxServerRefused, InboxOptions.ConnectionStringKey, "The connection string does not name a server and a database.",
            "Write one such as Host=db.example.com;Database=webhooks;Username=receiver;Password=....");

    public IInboxStore Create(InboxOptions inbox, InboxContext context) => new PostgreSqlInboxStore(new PostgreSqlInboxOptions
    {
        ConnectionString = inbox.ConnectionString,
        Handlers = context.Handlers,
        Clock = clock,
        OnFailed = context.Failed,
        OnTurnFailed = error => Log.LeaseNotRenewed(context.Logger, error),
        OnTakenOver = recovered =>
        {
            Log.TakenOver(context.Logger, recovered.Count);
            context.Crashed(recovered.Crashed);
        },
    });
}
