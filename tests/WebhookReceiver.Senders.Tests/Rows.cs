namespace WebhookReceiver.Senders.Tests;

internal static class Rows
{
    public static SenderDefinition Get(string id)
    {
        Assert.True(SenderCatalog.TryGet(id, out SenderDefinition? row), $"no row '{id}'");
        return row;
    }

    /// <summary>A key whatever its length: published vectors use secrets that nobody should configure.</summary>
    public static SenderKey Key(SenderDefinition row, string secret)
    {
        Assert.True(SecretRules.TryDecode(row, secret, enforceLength: false, out SenderKey? key, out string? problem), problem);
        return key;
    }
}
