using System.Text.Json.Serialization;

namespace WebhookReceiver.Testing.Sample;

/// <summary>The part of a push that the handler needs.</summary>
public sealed record Push([property: JsonPropertyName("ref")] string Ref);

/// <summary>What a handler does to the world; a test puts its own in place.</summary>
public interface IDeployer
{
    Task DeployAsync(string gitRef, CancellationToken cancellationToken);
}

/// <summary>Deploys what was pushed.</summary>
public sealed class DeployOnPush(IDeployer deployer) : IWebhookHandler<Push>
{
    public Task HandleAsync(WebhookEvent<Push> webhookEvent, CancellationToken cancellationToken) => deployer.DeployAsync(webhookEvent.Data.Ref, cancellationToken);
}

/// <summary>The deployer of production: no test may reach it.</summary>
internal sealed class Deployer : IDeployer
{
    public Task DeployAsync(string gitRef, CancellationToken cancellationToken) => throw new InvalidOperationException("A test reached production.");
}
