using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace WebhookReceiver.Testing;

/// <summary>
/// Runs your program in the test's process, for tests of its handlers: send a signed event, wait for its handling, assert. It starts with
/// the first use. Each host has an inbox and a clock of its own, so that tests run in parallel; dispose of it, and its inbox is deleted.
/// Sending and waiting are safe from any thread.
/// </summary>
/// <typeparam name="TEntryPoint">Your <c>Program</c> (<c>public partial class Program;</c>), or any type of its assembly.</typeparam>
/// <remarks>
/// It is a <see cref="WebApplicationFactory{TEntryPoint}"/>. Where you have one of your own, use
/// <see cref="WebhookTestingExtensions.WithWebhooks{TEntryPoint}"/>.
/// </remarks>
public class WebhookTestHost<TEntryPoint> : WebApplicationFactory<TEntryPoint>
    where TEntryPoint : class
{
    private readonly WebhookTestOptions _options = new();
    private readonly Action<IServiceCollection>? _services;
    private WebhookTester? _tester;

    /// <summary>Makes a host; the program starts with its first use.</summary>
    /// <param name="services">Adds services after the program's own, so that the test's come first.</param>
    /// <param name="configure">Sets the test's options, for example more sources.</param>
    public WebhookTestHost(Action<IServiceCollection>? services = null, Action<WebhookTestOptions>? configure = null)
    {
        _services = services;
        configure?.Invoke(_options);
        ClientOptions.BaseAddress = new Uri("https://localhost");
        TestContentRoot.Set(typeof(TEntryPoint).Assembly);
    }

    /// <summary>Sends events to the program and waits for their handling: everything that this class does, as an object without a type parameter.</summary>
    public WebhookTester Webhooks => _tester ??= this.Webhooks();

    /// <inheritdoc cref="WebhookTester.Clock"/>
    public FakeTimeProvider Clock => _options.Clock;

    /// <inheritdoc cref="WebhookTestOptions.AddSource"/>
    /// <returns>This host.</returns>
    public WebhookTestHost<TEntryPoint> AddSource(string name, string sender, Action<WebhookSourceOptions>? configure = null)
    {
        _options.AddSource(name, sender, configure);
        return this;
    }

    /// <inheritdoc cref="WebhookTester.SendAsync(string, string, object?, Action{TestRequest}?, CancellationToken)"/>
    public Task<TestDelivery> SendAsync(
        string source, string type, object? data, Action<TestRequest>? change = null, CancellationToken cancellationToken = default) =>
        Webhooks.SendAsync(source, type, data, change, cancellationToken);

    /// <inheritdoc cref="WebhookTester.SendBodyAsync"/>
    public Task<TestDelivery> SendBodyAsync(
        string source, ReadOnlyMemory<byte> body, Action<TestRequest>? change = null, CancellationToken cancellationToken = default) =>
        Webhooks.SendBodyAsync(source, body, change, cancellationToken);

    /// <inheritdoc cref="WebhookTester.SendSampleAsync"/>
    public Task<TestDelivery> SendSampleAsync(string source, Action<TestRequest>? change = null, CancellationToken cancellationToken = default) =>
        Webhooks.SendSampleAsync(source, change, cancellationToken);

    /// <inheritdoc cref="WebhookTester.SendRawAsync"/>
    public Task<TestDelivery> SendRawAsync(
        string source, ReadOnlyMemory<byte> body, IEnumerable<KeyValuePair<string, string>>? headers = null, CancellationToken cancellationToken = default) =>
        Webhooks.SendRawAsync(source, body, headers, cancellationToken);

    /// <inheritdoc cref="WebhookTester.EventsAsync"/>
    public Task<IReadOnlyList<StoredEvent>> EventsAsync(EventState? state = null, CancellationToken cancellationToken = default) =>
        Webhooks.EventsAsync(state, cancellationToken);

    /// <inheritdoc cref="WebhookTester.DeadLettersAsync"/>
    public Task<IReadOnlyList<StoredEvent>> DeadLettersAsync(CancellationToken cancellationToken = default) => Webhooks.DeadLettersAsync(cancellationToken);

    /// <inheritdoc cref="WebhookTester.RotateSecret"/>
    public void RotateSecret(string source, bool keepPrevious = false) => Webhooks.RotateSecret(source, keepPrevious);

    /// <inheritdoc cref="WebhookTester.CreateManagementClient"/>
    public HttpClient CreateManagementClient() => Webhooks.CreateManagementClient();

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        if (_tester is { } tester)
        {
            await tester.CloseInboxAsync().ConfigureAwait(false);
        }

        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseWebhookTesting(_options);
        if (_services is { } services)
        {
            builder.ConfigureTestServices(services);
        }
    }
}
