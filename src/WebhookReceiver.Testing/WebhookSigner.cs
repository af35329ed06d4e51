using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing;

/// <summary>Signs a body as a sender would, without any host: for tests of a program that runs elsewhere. Safe from any thread.</summary>
public static class WebhookSigner
{
    /// <summary>Signs a body for a sender whose signature stands in headers alone.</summary>
    /// <param name="sender">The id of a row of the catalogue, such as <c>stripe</c>.</param>
    /// <param name="body">The exact bytes to be sent.</param>
    /// <param name="secret">The secret as it is configured at both ends; of a sender with key pairs the private key, in PKCS #8 (PEM or base64).</param>
    /// <param name="signedAt">The time of signing, used where the sender signs one.</param>
    /// <param name="id">
    /// The event's id, used where the sender signs one (1 to 128 letters, digits, hyphens and underscores) or names it in a header. The
    /// receiver knows an event by it: the same one again is a duplicate.
    /// </param>
    /// <param name="url">The public URL, needed where the sender signs it.</param>
    /// <returns>The headers to send with the body.</returns>
    /// <exception cref="ArgumentException">
    /// The sender is unknown, the secret, the id or the URL is none that it could sign with, or its signature stands in the body or in the URL:
    /// use <see cref="SignRequest"/>.
    /// </exception>
    public static IReadOnlyList<KeyValuePair<string, string>> Sign(
        string sender, ReadOnlyMemory<byte> body, string secret, DateTimeOffset signedAt, string id = "evt_test", string? url = null)
    {
        var (headers, signedBody, query) = SignRequest(sender, body, secret, signedAt, id, url);
        return query.Length == 0 && signedBody.Span.SequenceEqual(body.Span)
            ? headers
            : throw new ArgumentException($"What '{sender}' signs does not stand in headers alone: use SignRequest.", nameof(sender));
    }

    /// <summary>Signs a request, whose signature may stand in its headers, its body or its query.</summary>
    /// <param name="sender">The id of a row of the catalogue, such as <c>mailgun</c>.</param>
    /// <param name="body">The body, which may be changed where the signature stands in it.</param>
    /// <param name="secret">As of <see cref="Sign"/>.</param>
    /// <param name="signedAt">As of <see cref="Sign"/>.</param>
    /// <param name="id">As of <see cref="Sign"/>.</param>
    /// <param name="url">As of <see cref="Sign"/>.</param>
    /// <returns>The headers, the body and the query to send.</returns>
    /// <exception cref="ArgumentException">The sender is unknown, or the secret, the id, the URL or the body is none that it could sign with.</exception>
    public static SignedRequest SignRequest(
        string sender, ReadOnlyMemory<byte> body, string secret, DateTimeOffset signedAt, string id = "evt_test", string? url = null)
    {
        if (!SenderCatalog.TryGet(sender, out var row))
        {
            throw new ArgumentException($"'{sender}' is not in the catalogue. Known: {string.Join(", ", SenderCatalog.Ids)}.", nameof(sender));
        }

        var plan = SenderPlan.Compile(row);
        var input = new SigningInput(body, id, signedAt, url);
        if (plan.SignsWithPrivateKey)
        {
            return SigningKey.TryReadPrivate(plan, secret, out var privateKey)
                ? plan.Sign(input, privateKey)
                : throw new ArgumentException($"{row.Name} signs with a private key: give one in PKCS #8, as PEM or base64.", nameof(secret));
        }

        return plan.TryCreateKey(secret, out var key, out var problem) ? plan.Sign(input, key) : throw new ArgumentException(problem, nameof(secret));
    }
}
