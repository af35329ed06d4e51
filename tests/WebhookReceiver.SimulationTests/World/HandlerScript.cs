namespace WebhookReceiver.SimulationTests.World;

/// <summary>What a handler does with one event, call after call, whatever becomes of the processes in between.</summary>
internal sealed class HandlerScript(IEnumerable<HandlerAct> acts, HandlerAct last)
{
    private readonly Queue<HandlerAct> _acts = new(acts);

    /// <summary>Whether it never ends well.</summary>
    public bool IsPoison => last.Kind == HandlerActKind.EndTheProcess;

    public HandlerAct Next() => _acts.TryDequeue(out var act) ? act : last;

    public static HandlerScript Random(Random random)
    {
        var good = new HandlerAct(HandlerActKind.Return, TimeSpan.Zero);
        var slow = new HandlerAct(HandlerActKind.Return, TimeSpan.FromMilliseconds(random.Next(1, 12_000)));
        var fail = new HandlerAct(HandlerActKind.Fail, TimeSpan.FromMilliseconds(random.Next(2) * random.Next(3_000)));
        return random.Next(100) switch
        {
            < 30 => new([], good),
            < 45 => new([], slow),
            < 57 => new(Enumerable.Repeat(fail, random.Next(1, 4)), good),
            < 62 => new([], fail),
            < 67 => new([fail], new(HandlerActKind.FailForGood, TimeSpan.Zero)),
            < 75 => new(Enumerable.Repeat(new HandlerAct(HandlerActKind.Defer, TimeSpan.FromSeconds(random.Next(1, 90))), random.Next(1, 3)), slow),
            < 82 => new([new(HandlerActKind.WaitForTheToken, TimeSpan.Zero)], good),
            < 88 => new([new(HandlerActKind.IgnoreTheToken, TimeSpan.FromSeconds(random.Next(1, 90)))], slow),
            < 91 => new([new(HandlerActKind.IgnoreTheTokenAndFail, TimeSpan.FromSeconds(random.Next(1, 90)))], good),
            < 97 => new([new(HandlerActKind.EndTheProcess, TimeSpan.FromMilliseconds(random.Next(2) * random.Next(3_000)))], good),
            _ => new([], new(HandlerActKind.EndTheProcess, TimeSpan.FromMilliseconds(random.Next(2) * random.Next(3_000)))),
        };
    }
}

/// <summary>One call.</summary>
internal sealed record HandlerAct(HandlerActKind Kind, TimeSpan Time);

internal enum HandlerActKind
{
    Return,
    Fail,
    FailForGood,
    Defer,
    WaitForTheToken,
    IgnoreTheToken,
    IgnoreTheTokenAndFail,
    EndTheProcess,
}
