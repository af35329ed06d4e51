using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace WebhookReceiver.ReliabilityTests.App;

/// <summary>What the tests send. The id stands in the body as well as in the header, so that a body under another event's id would show.</summary>
internal sealed record Counted(string Id);

/// <summary>Has one effect: a line in a file outside the inbox. It may take a while before, so that a stop finds work in progress.</summary>
internal sealed class CountedHandler(EffectsFile effects, IConfiguration configuration, TimeProvider clock) : IWebhookHandler<Counted>
{
    private readonly TimeSpan _duration = configuration["HandlerDuration"] is { } text ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : TimeSpan.Zero;

    public async Task HandleAsync(WebhookEvent<Counted> webhookEvent, CancellationToken cancellationToken)
    {
        if (_duration > TimeSpan.Zero)
        {
            await Task.Delay(_duration, clock, cancellationToken).ConfigureAwait(false);
        }

        if (webhookEvent.EventId.StartsWith("poison", StringComparison.Ordinal))
        {
            Environment.FailFast("Poison.");
        }

        if (webhookEvent.Attempt == 1 && webhookEvent.EventId.StartsWith("retry", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("Not at the first attempt.");
        }

        effects.Append(webhookEvent.EventId, webhookEvent.Attempt, webhookEvent.Data.Id);
    }
}
