namespace WebhookReceiver.Fuzz.Cases;

/// <summary>One request, ready to be sent.</summary>
/// <param name="Number">Its number in the run, by which it is made again.</param>
/// <param name="Kind">What was done to it.</param>
/// <param name="Expectation">What must become of it.</param>
/// <param name="Source">The source that it is sent to; <see langword="null"/> where that is none.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="Body">The body alone, by which sources know their events that do not answer with an id.</param>
internal sealed record FuzzCase(long Number, FuzzKind Kind, FuzzExpectation Expectation, FuzzSource? Source, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether the receiver may close the connection after it, so that nothing is sent behind it.</summary>
    public bool MayClose { get; init; }

    /// <summary>Whether it is a HEAD, whose answer has no body.</summary>
    public bool IsHead { get; init; }

    /// <summary>How its connection is ended, for <see cref="FuzzKind.Raw"/>.</summary>
    public FuzzEnding Ending { get; init; }
}
