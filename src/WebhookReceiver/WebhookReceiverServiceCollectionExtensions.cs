using FluentValidation;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Handlers;
using WebhookReceiver.Inbox;
using WebhookReceiver.Inbox.Sqlite;
using WebhookReceiver.Management;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the receiver to an application.</summary>
public static class WebhookReceiverServiceCollectionExtensions
{
    /// <summary>Adds the receiver, with the settings of the section <c>WebhookReceiver</c>. A second call adds nothing twice; services of your own win.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configuration">
    /// The root of the application's configuration (<c>builder.Configuration</c>), and not a section of it.
    /// </param>
    /// <returns>A builder for handlers and sources.</returns>
    /// <remarks>
    /// Then map the routes with <c>app.MapWebhooks()</c> and run with <c>app.RunWebhooksAsync()</c>. Mistakes in the configuration stop the
    /// start, all at once. The only clock is the <see cref="TimeProvider"/> among the services, the system's by default.
    /// </remarks>
    public static WebhookReceiverBuilder AddWebhookReceiver(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (services.Any(static service => service.ServiceType == typeof(WebhookConfigurationRoot)))
        {
            return new WebhookReceiverBuilder(services);
        }

        StartRehearsal.Begin();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new WebhookConfigurationRoot(configuration, provider.GetServices<ApplicationSetting>()));
        services.AddSingleton<IConfigureOptions<WebhookReceiverOptions>>(static provider => provider.GetRequiredService<WebhookConfigurationRoot>());
        services.AddSingleton<IValidateOptions<WebhookReceiverOptions>, WebhookReceiverOptionsValidator>();
        services.AddOptions();

        services.AddSingleton<SourceRegistry>();
        services.AddSingleton<WebhookEndpoint>();
        services.AddSingleton<StoringLimit>();
        services.AddSingleton<WebhookIntake>();
        services.TryAddSingleton<IValidator<WebhookEnvelope>, WebhookEnvelopeValidator>();
        services.AddSingleton(static provider => new EnvelopeReader(new(provider.GetRequiredService<IValidator<WebhookEnvelope>>)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IInboxProvider, SqliteInboxProvider>());
        services.AddSingleton<InboxContext>();
        services.AddSingleton(CreateInbox);
        services.TryAddSingleton(static _ => new RetrySchedule(new Random()));
        services.AddSingleton<HandlerRegistry>();
        services.AddSingleton<EventDataBinder>();
        services.AddSingleton<DueClock>();
        services.TryAddSingleton(WorkThreads.Pool);
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<Dispatcher>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<RejectionJournal>();
        services.AddSingleton<RejectionCapture>();
        services.AddSingleton<RejectionExplainer>();
        services.AddSingleton<RejectionAdmission>();
        services.AddSingleton<RejectionThrottle>();
        services.AddSingleton(static _ => BodyMemory.OfTheProcess());
        services.TryAddSingleton(static provider =>
            new KeyFetcher(KeyFetcher.NewHandler(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<KeyFetcher>>()));
        services.AddSingleton<TokenThrottle>();
        services.AddSingleton<ManagementAuthorization>();
        services.AddSingleton<ManagementFaults>();
        services.AddSingleton<ReadinessProbe>();
        services.AddSingleton<LivenessProbe>();
        services.AddSingleton<DrainState>();

        // In this order they start, and the other way round they stop; the server starts last and stops first.
        services.AddSingleton<SourceLoader>();
        services.AddHostedService(static provider => provider.GetRequiredService<SourceLoader>());
        services.AddSingleton<InboxService>();
        services.AddHostedService(static provider => provider.GetRequiredService<InboxService>());
        services.AddHostedService<RetentionService>();
        services.AddHostedService(static provider => provider.GetRequiredService<RejectionExplainer>());
        services.AddHostedService(static provider => provider.GetRequiredService<Dispatcher>());
        services.AddHostedService(static provider => provider.GetRequiredService<LivenessProbe>());
        services.AddHostedService<AlarmMonitor>();
        services.AddHostedService(static provider => provider.GetRequiredService<DrainState>());
        services.AddHostedService<TransportCheck>();
        services.AddSingleton<IStartupFilter, FramingCheck>();
        services.AddSingleton<IStartupFilter, TrustedProxies>();
        services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ManagementJson.Default));
        return new WebhookReceiverBuilder(services);
    }

    private static IInboxStore CreateInbox(IServiceProvider provider)
    {
        var inbox = provider.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value.Inbox;
        return provider.GetServices<IInboxProvider>().First(kind => kind.Name == inbox.Provider).Create(inbox, provider.GetRequiredService<InboxContext>());
    }
}
