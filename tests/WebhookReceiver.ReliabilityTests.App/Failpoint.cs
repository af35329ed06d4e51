namespace WebhookReceiver.ReliabilityTests.App;

/// <summary>A named point at which the process shall die.</summary>
internal enum FailpointName
{
    /// <summary>Read, verified and opened; nothing of it is on disk.</summary>
    BeforeBegin,

    /// <summary>Everything is written in the transaction, which ends with it.</summary>
    BeforeCommit,

    /// <summary>On disk, and nobody has been told.</summary>
    BeforeAnswer,

    /// <summary>Claimed, and not started.</summary>
    AfterClaim,

    /// <summary>The handler has done its work, and nothing of that is on disk.</summary>
    BeforeComplete,
}

/// <summary>Ends the process when a point is reached for the n-th time. It is made of what the program under test puts around the library, which has no such points.</summary>
/// <param name="name">The point.</param>
/// <param name="number">How often it is reached until then.</param>
internal sealed class Failpoint(FailpointName name, int number)
{
    private int _left = number;

    /// <param name="text"><c>name:number</c>.</param>
    public static Failpoint Parse(string text)
    {
        var parts = text.Split(':');
        return new Failpoint(Enum.Parse<FailpointName>(parts[0]), int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    public void Reach(FailpointName reached)
    {
        if (reached == name && Interlocked.Decrement(ref _left) == 0)
        {
            Environment.FailFast($"The failpoint {name} is reached.");
        }
    }
}
