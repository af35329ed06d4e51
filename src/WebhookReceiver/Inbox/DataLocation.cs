namespace WebhookReceiver.Inbox;

/// <summary>Where the data of an event stands in its body.</summary>
/// <param name="Start">The first byte of the JSON; -1 where it is the whole text of the form's field, or the data is all fields of a form.</param>
/// <param name="Length">How many bytes.</param>
/// <param name="FormField">The form's field whose text, in UTF-8, holds the JSON; <see langword="null"/> where the body itself is the JSON, or all fields of the form are the data.</param>
internal readonly record struct DataLocation(int Start, int Length, string? FormField)
{
    /// <summary>All fields of a form.</summary>
    public static readonly DataLocation Form = new(-1, 0, null);

    /// <summary>Whether the body is a form.</summary>
    public bool IsForm => Start < 0 || FormField is not null;

    /// <summary>Whether a body of this length has such a place.</summary>
    public bool IsWithin(int bodyLength) => IsForm || Length >= 0 && Start <= bodyLength - Length;

    public static DataLocation Json(int start, int length) => new(start, length, null);
}
