namespace WebhookReceiver.Sources;

/// <summary>A setting of the section that the application reads and the receiver does not, so that it is not taken for a slip.</summary>
/// <param name="Key">Its key below the section.</param>
internal sealed record ApplicationSetting(string Key);
