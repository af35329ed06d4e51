using System.Collections.Concurrent;
using WebhookReceiver.Handlers;
using WebhookReceiver.Inbox;

namespace WebhookReceiver.Dispatch;

/// <summary>
/// Which handlers serve which types: a closed table, made by the program at start. A pattern ends in <c>.*</c> (every type below that word)
/// or is <c>*</c> (every type). Safe from any thread once the store has numbered the handlers.
/// </summary>
internal sealed class HandlerRegistry
{
    /// <summary>For each source. Types come from verified senders, yet one with a stolen secret could invent them without end.</summary>
    private const int MaxCached = 4096;

    private readonly HandlerRegistration[] _handlers;
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, int[]>> _resolved = new();
    private Dictionary<int, HandlerRegistration> _byNumber = [];
    private int[] _numbers = [];

    public HandlerRegistry(IEnumerable<HandlerRegistration> handlers)
    {
        _handlers = [.. handlers];
        var twice = _handlers.GroupBy(static handler => handler.Identity).FirstOrDefault(static group => group.Count() > 1);
        if (twice is not null)
        {
            throw new InvalidOperationException($"Two handlers for '{twice.Key.Type}' are named '{twice.Key.Name}'. Give one of them another name: options => options.Name = \"…\".");
        }
    }

    public IReadOnlyList<HandlerIdentity> Identities => [.. _handlers.Select(static handler => handler.Identity)];

    /// <summary>Takes over the numbers that the store gave to the handlers.</summary>
    public void Number(IInboxStore store)
    {
        _numbers = [.. _handlers.Select(handler => store.NumberOf(handler.Identity))];
        var byNumber = new Dictionary<int, HandlerRegistration>();
        for (var i = 0; i < _handlers.Length; i++)
        {
            byNumber.Add(_numbers[i], _handlers[i]);
        }

        _byNumber = byNumber;
    }

    public HandlerRegistration? Find(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>The numbers of the handlers that serve a type from a source; empty: parked.</summary>
    public int[] Resolve(string source, string type)
    {
        // One key in the other, and not a pair: tables of texts are compiled already when the program starts.
        var ofSource = _resolved.TryGetValue(source, out var existing) ? existing : _resolved.GetOrAdd(source, new ConcurrentDictionary<string, int[]>());
        if (ofSource.TryGetValue(type, out var known))
        {
            return known;
        }

        var numbers = NumbersFor(source, type);
        if (ofSource.Count < MaxCached)
        {
            ofSource.TryAdd(type, numbers);
        }

        return numbers;
    }

    private int[] NumbersFor(string source, string type)
    {
        var numbers = new List<int>();
        for (var i = 0; i < _handlers.Length; i++)
        {
            if (Serves(_handlers[i].Identity, source, type))
            {
                numbers.Add(_numbers[i]);
            }
        }

        return [.. numbers];
    }

    private static bool Serves(HandlerIdentity handler, string source, string type)
    {
        if (handler.Source.Length > 0 && handler.Source != source)
        {
            return false;
        }

        return handler.Type == type || handler.Type == "*"
            || handler.Type.EndsWith(".*", StringComparison.Ordinal) && type.Length > handler.Type.Length - 1
                && type.AsSpan().StartsWith(handler.Type.AsSpan(..^1), StringComparison.Ordinal);
    }
}
