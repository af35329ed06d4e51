using Microsoft.Extensions.Logging;

namespace WebhookReceiver.Tests.Support;

/// <summary>A log that keeps its lines. Safe for one thread.</summary>
internal sealed class RecordedLog<T> : ILogger<T>
{
    public List<(int Id, LogLevel Level, string Message, IReadOnlyDictionary<string, object?> Values)> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var values = ((IEnumerable<KeyValuePair<string, object?>>)state!).Where(static pair => pair.Key != "{OriginalFormat}");
        Lines.Add((eventId.Id, logLevel, formatter(state, exception), values.ToDictionary(static pair => pair.Key, static pair => pair.Value)));
    }
}
