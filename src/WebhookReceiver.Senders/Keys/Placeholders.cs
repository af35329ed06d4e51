using System.Collections.Frozen;

namespace WebhookReceiver.Senders;

/// <summary>
/// Values that stand in examples where a secret belongs. Only a whole value counts: a random secret may well contain the word
/// "test". There is no measure of randomness here, as none can tell a phrase from a secret without refusing some good ones.
/// </summary>
internal static class Placeholders
{
    private const string WhsecPrefix = "whsec_";

    private static readonly FrozenSet<string> Known = new[]
    {
        "changeme", "change-me", "change_me", "change me", "change-this", "changethis", "change_this", "replace-me", "replaceme",
        "replace_me", "secret", "my-secret", "my_secret", "mysecret", "your-secret", "your_secret", "yoursecret", "the-secret",
        "supersecret", "super-secret", "secret-key", "secret_key", "secretkey", "your-secret-key", "your_secret_key",
        "your-signing-secret", "your_signing_secret", "signing-secret", "signing_secret", "webhook-secret", "webhook_secret",
        "webhooksecret", "my-webhook-secret", "my_webhook_secret", "your-webhook-secret", "your_webhook_secret",
        "yourwebhooksecret", "your-webhook-secret-here", "your_webhook_secret_here", "your-secret-here", "your_secret_here",
        "insert-secret-here", "insert_secret_here", "put-your-secret-here", "password", "passw0rd", "your-password",
        "placeholder", "example", "example-secret", "example_secret", "sample", "dummy", "default", "test", "testing",
        "test-secret", "test_secret", "testsecret", "todo", "tbd", "fixme", "foo", "bar", "foobar", "none", "null", "undefined",
        "nil", "n/a", "empty", "token", "key", "string", "value", "1234567890123456", "0123456789abcdef", "0123456789",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string secret)
    {
        string text = secret.Trim();
        return text.Equals(WhsecPrefix, StringComparison.OrdinalIgnoreCase)
            || Known.Contains(text)
            || IsFiller(text.StartsWith(WhsecPrefix, StringComparison.OrdinalIgnoreCase) ? text[WhsecPrefix.Length..] : text)
            || IsVariable(text);
    }

    /// <summary><c>xxxxxxxx</c>, <c>...</c>, <c>********</c>: one character that fills a gap.</summary>
    private static bool IsFiller(string text) =>
        text[0] is 'x' or 'X' or '.' or '…' or '*' or '-' or '_' or '0' or '#' or '?'
        && text.All(c => char.ToLowerInvariant(c) == char.ToLowerInvariant(text[0]));

    /// <summary><c>&lt;secret&gt;</c>, <c>${SECRET}</c>, <c>{{ secret }}</c>: a place in a file that nothing was put into.</summary>
    private static bool IsVariable(string text) =>
        (text.StartsWith('<') && text.EndsWith('>'))
        || (text.StartsWith("${", StringComparison.Ordinal) && text.EndsWith('}'))
        || (text.StartsWith("{{", StringComparison.Ordinal) && text.EndsWith("}}", StringComparison.Ordinal));
}
