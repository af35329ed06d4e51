namespace WebhookReceiver.Fuzz.Cases;

/// <summary>A name or a value of a JSON body.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Behind its last byte.</param>
/// <param name="IsName">Whether it is a name.</param>
internal readonly record struct FuzzToken(int Start, int End, bool IsName);
