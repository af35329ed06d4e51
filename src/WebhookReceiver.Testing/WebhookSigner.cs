using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>Signs a body as a sender would, without any host: for tests of a program that runs elsewhere. Safe from any thread.</summary>
public static class WebhookSigner
{
    /// <summary>Signs a body.</summary>
    /// <param name="sender">The id of a row of the catalogue, such as <c>stripe</c>.</param>
    /// <param name="body">The exact bytes to be sent.</param>
    /// <param name="secret">The secret as it is configured at both ends.</param>
    /// <param name="signedAt">The time of signing, used where the sender signs one.</param>
    /// <param name="id">
    /// The event's id, used where the sender signs one (1 to 128 letters, digits, hyphens and underscores) or names it in a header. The
    /// receiver knows an event by it: the same one again is a duplicate.
    /// </param>
    /// <param name="url">The public URL, needed where the sender signs it.</param>
    /// <returns>The headers to send with the body.</returns>
    /// <exception cref="ArgumentException">The sender is unknown, or the secret, the id or the URL is none that it could sign with.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Sign(
        string sender, ReadOnlyMemory<byte> body, string secret, DateTimeOffset signedAt, string id = "evt_test", string? url = null)
    {
        if (!SenderCatalog.TryGet(sender, out var row))
        {
            throw new ArgumentException($"'{sender}' is not in the catalogue. Known: {string.Join(", ", SenderCatalog.Ids)}.", nameof(sender));
        }

        var plan = SenderPlan.Compile(row);
        return plan.TryCreateKey(secret, out var key, out var problem)
            ? plan.Sign(new SigningInput(body, id, signedAt, url), key).Headers
            : throw new ArgumentException(problem, nameof(secret));
    }
}
