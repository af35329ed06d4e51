using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using WebhookReceiver.Handlers;
using WebhookReceiver.Sources;

namespace WebhookReceiver;

/// <summary>Adds handlers and sources to the receiver, before the application is built. Not safe from several threads.</summary>
public sealed class WebhookReceiverBuilder
{
    internal WebhookReceiverBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services, for extensions of the receiver.</summary>
    public IServiceCollection Services { get; }

#pragma warning disable RS0026 // One call never fits two of these: what tells them apart is the handler, which is not optional.
    /// <summary>
    /// Registers a handler class. It is made anew for each attempt, in a scope of its own, with constructor injection, unless the class is
    /// registered as a service already. Several handlers may take one type: each has attempts of its own.
    /// </summary>
    /// <typeparam name="TData">What the event's data becomes; see <see cref="IWebhookHandler{TData}"/>.</typeparam>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <param name="type">The event's type, a word with all that is below it (<c>pull_request.*</c>), or <c>*</c>.</param>
    /// <param name="configure">Sets the handler's options.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The type is empty, or an option is out of its range.</exception>
    public WebhookReceiverBuilder AddHandler<TData, THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class, IWebhookHandler<TData>
    {
        Services.TryAddScoped<THandler>();
        return Add(new ClassHandlerRegistration<TData, THandler>(CheckType(type), Options(configure)));
    }

    /// <summary>Registers a function as a handler. It may be called for several events at once.</summary>
    /// <typeparam name="TData">What the event's data becomes; see <see cref="IWebhookHandler{TData}"/>.</typeparam>
    /// <param name="type">The event's type, a word with all that is below it (<c>pull_request.*</c>), or <c>*</c>.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="configure">Sets the handler's options; two functions for one type need names of their own.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The type is empty, or an option is out of its range.</exception>
    public WebhookReceiverBuilder AddHandler<TData>(
        string type, Func<WebhookEvent<TData>, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return AddHandler<TData>(type, (webhookEvent, _, cancellationToken) => handler(webhookEvent, cancellationToken), configure);
    }

    /// <summary>Registers a function that takes services from the attempt's scope. It may be called for several events at once.</summary>
    /// <typeparam name="TData">What the event's data becomes; see <see cref="IWebhookHandler{TData}"/>.</typeparam>
    /// <param name="type">The event's type, a word with all that is below it (<c>pull_request.*</c>), or <c>*</c>.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="configure">Sets the handler's options; two functions for one type need names of their own.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The type is empty, or an option is out of its range.</exception>
    public WebhookReceiverBuilder AddHandler<TData>(
        string type, Func<WebhookEvent<TData>, IServiceProvider, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(new FunctionHandlerRegistration<TData>(CheckType(type), Options(configure), handler));
    }
#pragma warning restore RS0026

    /// <summary>
    /// Adds a source in code; what configuration says of a source of this name comes on top. Keep secrets in configuration.
    /// </summary>
    /// <param name="name">The source's name: <c>[a-z0-9][a-z0-9-]{0,62}</c>. A wrong one stops the start.</param>
    /// <param name="configure">Sets the source's options; called at start, and again at each reload.</param>
    /// <returns>This builder.</returns>
    public WebhookReceiverBuilder AddSource(string name, Action<WebhookSourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var inCode = new ConfigureOptions<WebhookReceiverOptions>(options =>
        {
            if (!options.Sources.TryGetValue(name, out var source))
            {
                options.Sources[name] = source = new WebhookSourceOptions();
            }

            configure(source);
        });

        // Before configuration is read, which is registered already and comes on top.
        var configuration = Services.Index().First(static service => service.Item.ServiceType == typeof(WebhookConfigurationRoot)).Index;
        Services.Insert(configuration, ServiceDescriptor.Singleton<IConfigureOptions<WebhookReceiverOptions>>(inCode));
        return this;
    }

    /// <summary>Sets how the data of events becomes your types.</summary>
    /// <param name="configure">Sets the options, for example a source-generated context.</param>
    /// <returns>This builder.</returns>
    public WebhookReceiverBuilder ConfigureJson(Action<WebhookJsonOptions> configure)
    {
        Services.Configure(configure);
        return this;
    }

    private WebhookReceiverBuilder Add(HandlerRegistration registration)
    {
        Services.AddSingleton(registration);
        return this;
    }

    private static string CheckType(string type)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(type);
        return type;
    }

    private static HandlerOptions Options(Action<HandlerOptions>? configure)
    {
        var options = new HandlerOptions();
        configure?.Invoke(options);
        if (options.Attempts is < 1 or > 100)
        {
            throw new ArgumentOutOfRangeException(nameof(configure), options.Attempts, "Attempts is a number from 1 to 100.");
        }

        if (options.Timeout is { } timeout && (timeout < TimeSpan.FromSeconds(1) || timeout > TimeSpan.FromDays(1)))
        {
            throw new ArgumentOutOfRangeException(nameof(configure), timeout, "Timeout is 1 second to 1 day.");
        }

        return options;
    }
}
