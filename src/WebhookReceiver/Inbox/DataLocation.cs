namespace WebhookReceiver.Inbox;

/// <summary>Where the data of an event stands in its body.</summary>
/// <param name="Start">The first byte; -1 where the body is a form.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="FormField">The form field whose text is the JSON data; <see langword="null"/> where all fields of the form are the data.</param>
internal readonly record struct DataLocation(int Start, int Length, string? FormField)
{
    /// <summary>Whether the body is a form.</summary>
    public bool IsForm => Start < 0;

    /// <summary>Whether a body of this length has such a place.</summary>
    public bool IsWithin(int bodyLength) => IsForm || Length >= 0 && Start <= bodyLength - Length;

    public static DataLocation Json(int start, int length) => new(start, length, null);

    public static DataLocation Form(string? field) => new(-1, 0, field);
}
