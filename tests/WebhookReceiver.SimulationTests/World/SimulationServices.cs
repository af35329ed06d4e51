using System.Diagnostics.Metrics;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Envelopes;
using WebhookReceiver.Handlers;
using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.SimulationTests.World;

/// <summary>What keeps no state between deliveries, made once for all simulations.</summary>
internal static class SimulationServices
{
    private const string Secret = "a secret of the simulation, long enough";

    private static readonly ServiceProvider Services = new ServiceCollection().AddMetrics().AddSingleton<EventDataBinder>().BuildServiceProvider();

    public static IServiceScopeFactory Scopes { get; } = Services.GetRequiredService<IServiceScopeFactory>();

    public static WebhookMetrics Metrics { get; } = new(Services.GetRequiredService<IMeterFactory>());

    public static EnvelopeReader Envelopes { get; } = new(new Lazy<IValidator<WebhookEnvelope>>(static () => new WebhookEnvelopeValidator()));

    public static SenderPlan Plan { get; } =
        SenderCatalog.TryGet("hmac-sha256", out var row) ? SenderPlan.Compile(row!) : throw new InvalidOperationException("No such sender.");

    public static SenderKey Key { get; } = MakeKey(Secret);

    public static SenderKey ForgedKey { get; } = MakeKey("another secret, which nobody gave us");

    public static WebhookSource Source { get; } =
        new(WebhookReceiverOptions.DefaultSourceName, Plan, [new SourceSecret(Key)], new WebhookSourceOptions(), publicUrl: null);

    private static SenderKey MakeKey(string secret) => Plan.TryCreateKey(secret, out var key, out _) ? key : throw new InvalidOperationException("No such key.");
}
