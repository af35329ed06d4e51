using Microsoft.Extensions.Hosting;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Inbox.Sqlite;

/// <summary>The embedded inbox by its name in the configuration.</summary>
internal sealed class SqliteInboxProvider(IHostEnvironment environment, TimeProvider clock) : IInboxProvider
{
    public const string ProviderName = "Sqlite";

    public string Name => ProviderName;

    public ConfigurationProblem? Check(InboxOptions inbox) => InboxLocation.TryRead(inbox.ConnectionString, out _)
        ? null
        : new ConfigurationProblem(
            ErrorCodes.InboxFileRefused, InboxOptions.ConnectionStringKey, "The connection string does not name a file.", "Write Data Source= and a path, such as Data Source=data/inbox.db.");

    public IInboxStore Create(InboxOptions inbox, InboxContext context)
    {
        InboxLocation.TryRead(inbox.ConnectionString, out var path);
        var logger = context.Logger;
        return new SqliteInboxStore(new SqliteInboxOptions
        {
            Path = Path.Combine(environment.ContentRootPath, path!),
            Handlers = context.Handlers,
            Clock = clock,
            OnSpaceChanged = space =>
            {
                if (space.IsLow)
                {
                    Log.IntakeStopped(logger, space.Available, space.LowWater);
                }
                else
                {
                    Log.IntakeResumed(logger, space.Available);
                }
            },
            OnUpgraded = upgrade => Log.InboxUpgraded(logger, upgrade.From, upgrade.Backup),
            OnMissing = missing => Log.EventsMissing(logger, missing.Last, missing.Stored),
            OnChecked = problems =>
            {
                if (problems.Count == 0)
                {
                    Log.InboxChecked(logger);
                }
                else
                {
                    Log.InboxDamaged(logger, string.Join("; ", problems));
                }
            },
            OnFailed = context.Failed,
        });
    }
}
