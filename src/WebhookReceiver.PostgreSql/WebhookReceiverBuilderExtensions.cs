using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebhookReceiver.Inbox;
using WebhookReceiver.PostgreSql;

namespace WebhookReceiver;

/// <summary>Adds the inbox on PostgreSQL to the receiver.</summary>
public static class WebhookReceiverBuilderExtensions
{
    /// <summary>
    /// Makes PostgreSQL a kind of inbox that can be chosen: by configuration (<c>Inbox:Provider</c> is <c>PostgreSql</c>), or here. Any number of
    /// processes may share one database: each event is handled by one of them, and what a process that is gone was running the others take over.
    /// </summary>
    /// <param name="builder">The receiver.</param>
    /// <param name="connectionString">
    /// Npgsql's connection string, with a server and a database; it wins over the configuration. <see langword="null"/> (the default): the
    /// configuration chooses, and its <c>Inbox:ConnectionString</c> is taken.
    /// </param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// PostgreSQL 14 or later, with <c>fsync</c> on. The tables are made at the start, in a schema named <c>webhook_receiver</c>, for which the role
    /// must own the database or the schema. Transaction poolers such as PgBouncer may stand between.
    /// </remarks>
    public static WebhookReceiverBuilder AddPostgreSqlInbox(this WebhookReceiverBuilder builder, string? connectionString = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IInboxProvider, PostgreSqlInboxProvider>());
        if (connectionString is not null)
        {
            builder.Services.Configure<WebhookReceiverOptions>(options =>
            {
                options.Inbox.Provider = PostgreSqlInboxProvider.ProviderName;
                options.Inbox.ConnectionString = connectionString;
            });
        }

        return builder;
    }
}
