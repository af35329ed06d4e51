using System.Collections.Concurrent;
using WebhookReceiver.Testing.Sample;

namespace WebhookReceiver.Testing.Tests;

/// <summary>Fails as often as it is told to, and remembers what it deployed.</summary>
internal sealed class FakeDeployer : IDeployer
{
    private readonly ConcurrentDictionary<string, int> _callsByRef = new();
    private int _calls;

    public int Failures { get; init; }

    public int FailuresPerRef { get; init; }

    /// <summary>Takes this one's place from now on.</summary>
    public FakeDeployer? Next { get; set; }

    public int Calls => Volatile.Read(ref _calls);

    public ConcurrentQueue<string> Refs { get; } = new();

    public Func<CancellationToken, Task> Work { get; init; } = static _ => Task.CompletedTask;

    public async Task DeployAsync(string gitRef, CancellationToken cancellationToken)
    {
        if (Next is { } next)
        {
            await next.DeployAsync(gitRef, cancellationToken);
            return;
        }

        if (Interlocked.Increment(ref _calls) <= Failures || _callsByRef.AddOrUpdate(gitRef, 1, static (_, calls) => calls + 1) <= FailuresPerRef)
        {
            throw new InvalidOperationException("The deployer is away.");
        }

        await Work(cancellationToken);
        Refs.Enqueue(gitRef);
    }
}
