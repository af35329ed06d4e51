using System.Text;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Fuzz.Cases;

/// <summary>A source of the receiver under test: who signs, with what, and what bodies it is sent.</summary>
internal sealed class FuzzSource
{
    public const string PublicBaseUrl = "https://hooks.example.com";

    private readonly SigningKey _key;
    private readonly SigningKey _otherKey;

    /// <param name="name">Its name, the end of its path.</param>
    /// <param name="sender">The row of the catalogue.</param>
    /// <param name="weight">How many of all requests it gets, in proportion to the others.</param>
    /// <param name="bodies">Its bodies, each with a content type; <see cref="FuzzBody.Id"/> in them is another id each time.</param>
    public FuzzSource(string name, string sender, int weight, params (string ContentType, string Text)[] bodies)
    {
        SenderDefinition row = SenderCatalog.TryGet(sender, out SenderDefinition? found) ? found : throw new ArgumentException($"There is no row '{sender}'.", nameof(sender));
        (Name, Sender, Weight) = (name, sender, weight);
        Plan = SenderPlan.Compile(row);
        GeneratedKey key = Plan.GenerateKey();
        (Secret, _key, _otherKey) = (key.Secret, key.SigningKey, Plan.GenerateKey().SigningKey);
        Bodies = [.. bodies.Select(static body => new FuzzBody(body.ContentType, Encoding.UTF8.GetBytes(body.Text)))];
        Path = "/webhook/" + name;
        Headers = [.. (row.Sample?.Headers ?? new Dictionary<string, string>()).Where(static header => header.Key != "User-Agent")];
    }

    public string Name { get; }

    public string Sender { get; }

    public int Weight { get; }

    public SenderPlan Plan { get; }

    /// <summary>What the receiver is configured with.</summary>
    public string Secret { get; }

    public IReadOnlyList<FuzzBody> Bodies { get; }

    public string Path { get; }

    /// <summary>What the sender sends besides, unsigned.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Whether an answer says the id of its event. Where it does not, the source knows its events by their bodies, so that what it must have stored is known.</summary>
    public bool AnswersWithId => Plan.Definition.Answer is { Body: null, Status: 200 };

    /// <summary>Whether any change of the body spoils the signature.</summary>
    public bool CoversBody => Plan.Coverage == SignatureCoverage.Body;

    /// <summary>Signs as the sender does.</summary>
    /// <returns><see langword="null"/> where the sender could not sign that: it is no form, or lacks what is signed.</returns>
    public SignedRequest? TrySign(ReadOnlyMemory<byte> body, string contentType, string id, DateTimeOffset at, bool withOtherKey = false, string? url = null)
    {
        try
        {
            return Plan.Sign(
                new SigningInput(body, id, at, url ?? PublicBaseUrl + Path, ContentType: contentType), withOtherKey ? _otherKey : _key);
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
