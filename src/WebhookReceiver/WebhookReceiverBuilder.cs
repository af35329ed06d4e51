using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using WebhookReceiver.Handlers;

namespace WebhookReceiver;

/// <summary>Adds handlers and sources to the receiver.</summary>
public sealed class WebhookReceiverBuilder
{
    internal WebhookReceiverBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

#pragma warning disable RS0026 // One call never fits two of these: what tells them apart is the handler, which is not optional.
    /// <summary>Registers a handler class. It is made anew for each attempt, in a scope of its own, with constructor injection.</summary>
    /// <typeparam name="TData">What the event's data becomes; see <see cref="IWebhookHandler{TData}"/>.</typeparam>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <param name="type">The event's type, a word with all that is below it (<c>pull_request.*</c>), or <c>*</c>.</param>
    /// <param name="configure">Sets the handler's options.</param>
    public WebhookReceiverBuilder AddHandler<TData, THandler>(string type, Action<HandlerOptions>? configure = null)
        where THandler : class, IWebhookHandler<TData>
    {
        Services.TryAddScoped<THandler>();
        return Add(new ClassHandlerRegistration<TData, THandler>(CheckType(type), Options(configure)));
    }

    /// <summary>Registers a function as a handler.</summary>
    /// <typeparam name="TData">What the event's data becomes; see <see cref="IWebhookHandler{TData}"/>.</typeparam>
    /// <param name="type">The event's type, a word with all that is below it (<c>pull_request.*</c>), or <c>*</c>.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="configure">Sets the handler's options; two functions for one type need names of their own.</param>
    public WebhookReceiverBuilder AddHandler<TData>(
        string type, Func<WebhookEvent<TData>, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return AddHandler<TData>(type, (webhookEvent, _, cancellationToken) => handler(webhookEvent, cancellationToken), configure);
    }

    /// <summary>Registers a function that takes services from the attempt's scope.</summary>
    /// <typeparam name="TData">What the event's data becomes; see <see cref="IWebhookHandler{TData}"/>.</typeparam>
    /// <param name="type">The event's type, a word with all that is below it (<c>pull_request.*</c>), or <c>*</c>.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="configure">Sets the handler's options; two functions for one type need names of their own.</param>
    public WebhookReceiverBuilder AddHandler<TData>(
        string type, Func<WebhookEvent<TData>, IServiceProvider, CancellationToken, Task> handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(new FunctionHandlerRegistration<TData>(CheckType(type), Options(configure), handler));
    }
#pragma warning restore RS0026

    /// <summary>Adds a source in code, or changes one; what configuration says of it comes on top. Keep secrets in configuration.</summary>
    /// <param name="name">The source's name.</param>
    /// <param name="configure">Sets the source's options.</param>
    public WebhookReceiverBuilder AddSource(string name, Action<WebhookSourceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Services.Configure<WebhookReceiverOptions>(options =>
        {
            if (!options.Sources.TryGetValue(name, out var source))
            {
                options.Sources[name] = source = new WebhookSourceOptions();
            }

            configure(source);
        });
        return this;
    }

    /// <summary>Sets how the data of events becomes your types.</summary>
    /// <param name="configure">Sets the options, for example a source-generated context.</param>
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
