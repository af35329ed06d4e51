using WebhookReceiver.Senders;

namespace WebhookReceiver.InteropSigner;

/// <summary>Signs as the senders would.</summary>
internal sealed class Signer
{
    private readonly Dictionary<string, GeneratedKey> _keys = new(StringComparer.Ordinal);

    /// <summary>Makes a key such as the sender would issue, and keeps it.</summary>
    /// <returns>What is configured at the receiver: the secret, or the public key.</returns>
    public string MakeKey(string sender)
    {
        GeneratedKey key = PlanOf(sender).GenerateKey();
        _keys.Add(key.Secret, key);
        return key.Secret;
    }

    public SigningAnswer Sign(SigningRequest request)
    {
        SenderPlan plan = PlanOf(request.Sender);
        var input = new SigningInput(request.Body, request.Id, request.At, request.Url, ContentType: request.ContentType);
        SignedRequest signed = _keys.TryGetValue(request.Secret!, out GeneratedKey? made) ? plan.Sign(input, made.SigningKey)
            : plan.TryCreateKey(request.Secret!, out SenderKey? key, out string? problem) ? plan.Sign(input, key)
            : throw new ArgumentException(problem, nameof(request));
        return new SigningAnswer(signed.Headers.ToDictionary(header => header.Key, header => header.Value), signed.Body.ToArray(), signed.Query);
    }

    private static SenderPlan PlanOf(string sender) => SenderCatalog.TryGet(sender, out SenderDefinition? row)
        ? SenderPlan.Compile(row)
        : throw new ArgumentException($"'{sender}' is not in the catalogue.", nameof(sender));
}
