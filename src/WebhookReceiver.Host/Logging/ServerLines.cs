using Serilog.Core;
using Serilog.Events;

namespace WebhookReceiver.Host.Logging;

/// <summary>
/// Of what the server itself has to say of requests and connections, ten lines a second of each kind. Whoever reaches a listener can have it say them as often as he likes: one for
/// each connection beyond the limit, for example. Safe from any thread.
/// </summary>
internal sealed class ServerLines(TimeProvider clock) : ILogEventFilter
{
    private const int PerSecond = 10;
    private const string Server = "Microsoft.AspNetCore.Server.Kestrel";

    // An error with its stack, of a request that was answered: the rest of its body could not be read, and nobody wanted it.
    private const string BodyNotDrained = "RequestBodyDrainBodyReaderInvalidState";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TokenBucket> _kinds = new(StringComparer.Ordinal);

    public bool IsEnabled(LogEvent logEvent)
    {
        if (Text(logEvent, Constants.SourceContextPropertyName) is not { } category || !category.StartsWith(Server, StringComparison.Ordinal))
        {
            return true;
        }

        var kind = logEvent.Properties.TryGetValue("EventId", out var id) && id is StructureValue { Properties: var parts }
            ? parts.FirstOrDefault(static part => part.Name == "Name")?.Value is ScalarValue { Value: string name } ? name : ""
            : "";
        return kind != BodyNotDrained && TryTake(kind);
    }

    // The kinds are the server's own, and few.
    private bool TryTake(string kind)
    {
        lock (_gate)
        {
            if (!_kinds.TryGetValue(kind, out var bucket))
            {
                _kinds[kind] = bucket = new TokenBucket(PerSecond, PerSecond);
            }

            return bucket.TryTake(clock);
        }
    }

    private static string? Text(LogEvent logEvent, string name) => logEvent.Properties.TryGetValue(name, out var value) && value is ScalarValue { Value: string text } ? text : null;
}
