using Microsoft.Extensions.Logging;

namespace WebhookReceiver.Tests.Support;

/// <summary>A log that keeps its lines. Safe from any thread.</summary>
internal sealed class RecordedLog<T> : ILogger<T>
{
    private readonly Lock _gate = new();
    private readonly List<(int Id, LogLevel Level, string Message, IReadOnlyDictionary<string, object?> Values)> _lines = [];

    /// <summary>What there is so far, the oldest first.</summary>
    public IReadOnlyList<(int Id, LogLevel Level, string Message, IReadOnlyDictionary<string, object?> Values)> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _lines.Clear();
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var values = ((IEnumerable<KeyValuePair<string, object?>>)state!).Where(static pair => pair.Key != "{OriginalFormat}");
        var line = (eventId.Id, logLevel, formatter(state, exception), values.ToDictionary(static pair => pair.Key, static pair => pair.Value));
        lock (_gate)
        {
            _lines.Add(line);
        }
    }
}
