using Serilog.Core;
using Serilog.Events;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Host.Logging;

/// <summary>
/// Of what the server itself has to say of requests and connections, ten lines a second of each kind. Whoever reaches a listener can have it say them as often as he likes: one for
/// each connection beyond the limit, for example. The next line says how many were left out. Whoever turns the level to Debug wants to see them all. Safe from any thread.
/// </summary>
internal sealed class ServerLines(TimeProvider clock) : ILogEventFilter
{
    private const string Server = "Microsoft.AspNetCore.Server.Kestrel";

    // An error with its stack, of a request that was answered: the rest of its body could not be read, and nobody wanted it.
    private const string BodyNotDrained = "RequestBodyDrainBodyReaderInvalidState";

    // The kinds are the server's own.
    private readonly LineLimit<string> _lines = new(clock);

    public bool IsEnabled(LogEvent logEvent)
    {
        if (logEvent.Level < LogEventLevel.Information || Text(logEvent, Constants.SourceContextPropertyName) is not { } category || !category.StartsWith(Server, StringComparison.Ordinal))
        {
            return true;
        }

        var kind = logEvent.Properties.TryGetValue("EventId", out var id) && id is StructureValue { Properties: var parts }
            ? parts.FirstOrDefault(static part => part.Name == "Name")?.Value is ScalarValue { Value: string name } ? name : ""
            : "";
        if (kind == BodyNotDrained || !_lines.TryTake(kind, out var suppressed))
        {
            return false;
        }

        if (suppressed > 0)
        {
            logEvent.AddOrUpdateProperty(new LogEventProperty("Suppressed", new ScalarValue(suppressed)));
        }

        return true;
    }

    private static string? Text(LogEvent logEvent, string name) => logEvent.Properties.TryGetValue(name, out var value) && value is ScalarValue { Value: string text } ? text : null;
}
