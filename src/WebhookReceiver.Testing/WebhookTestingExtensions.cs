using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Signatures;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Testing;

/// <summary>The features of <see cref="WebhookTestHost{TEntryPoint}"/> for a factory of your own.</summary>
public static class WebhookTestingExtensions
{
    /// <summary>
    /// Prepares the program for tests of its handlers: a clock that the test owns, an inbox in a directory of its own that is deleted with the
    /// program, and sources that all have a secret. Call it in <c>ConfigureWebHost</c> of your own factory.
    /// </summary>
    /// <param name="builder">The host's builder.</param>
    /// <param name="configure">Sets the test's options.</param>
    /// <returns>The builder.</returns>
    public static IWebHostBuilder UseWebhookTesting(this IWebHostBuilder builder, Action<WebhookTestOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new WebhookTestOptions();
        configure?.Invoke(options);
        return builder.UseWebhookTesting(options);
    }

    /// <summary>A factory like this one, prepared for tests of the program's handlers.</summary>
    /// <typeparam name="TEntryPoint">The program, or any type of its assembly.</typeparam>
    /// <param name="factory">The factory.</param>
    /// <param name="configure">Sets the test's options.</param>
    /// <returns>The prepared factory; it is disposed of with the first one.</returns>
    public static WebApplicationFactory<TEntryPoint> WithWebhooks<TEntryPoint>(
        this WebApplicationFactory<TEntryPoint> factory, Action<WebhookTestOptions>? configure = null)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        TestContentRoot.Set(typeof(TEntryPoint).Assembly);
        return factory.WithWebHostBuilder(builder => builder.UseWebhookTesting(configure));
    }

    /// <summary>Sends events to the factory's program and waits for their handling. Starts the program if it is not running.</summary>
    /// <typeparam name="TEntryPoint">The program, or any type of its assembly.</typeparam>
    /// <param name="factory">A factory made by <see cref="WithWebhooks"/>, or one that calls <see cref="UseWebhookTesting(IWebHostBuilder, Action{WebhookTestOptions}?)"/>.</param>
    /// <returns>The same object for the same program.</returns>
    /// <exception cref="InvalidOperationException">The factory is not prepared, or the program did not start; the message says why.</exception>
    public static WebhookTester Webhooks<TEntryPoint>(this WebApplicationFactory<TEntryPoint> factory)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        try
        {
            var services = factory.Services;
            var options = services.GetService<WebhookTestOptions>()
                ?? throw new InvalidOperationException("The factory is not prepared: use factory.WithWebhooks(), or builder.UseWebhookTesting() in its ConfigureWebHost.");

            // A program that ends by itself before it has started looks to the factory like one that runs.
            return services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested
                ? services.GetRequiredService<WebhookTester>()
                : throw NotStarted(options.Problems);
        }
        catch (ObjectDisposedException error)
        {
            throw NotStarted([], error);
        }
    }

    internal static IWebHostBuilder UseWebhookTesting(this IWebHostBuilder builder, WebhookTestOptions options) => builder.ConfigureTestServices(services =>
    {
        options.Start();
        services.RemoveAll<TimeProvider>();
        services.AddSingleton<TimeProvider>(options.Clock);

        // By a clock that stands still an answer that is held back would never come.
        services.AddSingleton(provider => new RejectionThrottle(options.Clock, provider.GetRequiredService<IHostApplicationLifetime>(), burst: int.MaxValue));
        services.AddSingleton(options.Clock);
        services.AddSingleton(options);
        services.AddSingleton<TestInboxDirectory>();
        services.AddSingleton<TestSettings>();
        services.AddSingleton<IPostConfigureOptions<WebhookReceiverOptions>>(static provider => provider.GetRequiredService<TestSettings>());
        services.AddSingleton(static provider => new WebhookTester(provider));
        services.RemoveAll<KeyFetcher>();
        services.AddSingleton(static provider => new KeyFetcher(
            new TestKeyDocuments(provider.GetRequiredService<TestSettings>()), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<KeyFetcher>>()));

        foreach (var replaced in services.Where(static service => IsReplaced(service.ImplementationType)).ToArray())
        {
            services.Remove(replaced);
        }

        services.AddSingleton<WebhookReceiverOptionsValidator>();
        services.AddSingleton<IValidateOptions<WebhookReceiverOptions>, ObservedValidator>();

        // The same spread of retries in every run.
        services.RemoveAll<RetrySchedule>();
        services.AddSingleton(new RetrySchedule(new Random(1)));

        // A handler that ignores its token must not hold up the end of a test for half a minute.
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
    });

    private static InvalidOperationException NotStarted(IReadOnlyList<string> problems, Exception? error = null) => new(
        problems.Count > 0
            ? $"The program did not start:{Environment.NewLine}{string.Join(Environment.NewLine, problems)}"
            : "The program did not start, or has ended; what it wrote to standard error says why.",
        error);

    // A test server listens nowhere, so that there is no transport to check: it says of each request whether it came by HTTPS.
    private static bool IsReplaced(Type? service) => service == typeof(WebhookReceiverOptionsValidator) || service == typeof(TransportCheck);
}
