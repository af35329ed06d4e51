using WebhookReceiver.Senders;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Testing;

/// <summary>
/// A request of a sender before it is sent: ordinary, signed with the source's first secret by the test's clock, unless the
/// test says otherwise. Each method changes one thing and returns this request. Change it in the function that it is given to;
/// not safe from several threads.
/// </summary>
public sealed class TestRequest
{
    private readonly WebhookSource _source;
    private readonly Func<string, bool, DateTimeOffset, EventContent> _content;
    private readonly string? _previousSecret;
    private readonly Dictionary<string, string?> _headers = new(StringComparer.OrdinalIgnoreCase);
    private SenderKey _key;
    private string _id;
    private bool _isIdChosen, _isBodyTampered, _isSignatureTampered;
    private DateTimeOffset _signedAt;

    internal TestRequest(WebhookSource source, string id, DateTimeOffset now, string? previousSecret, Func<string, bool, DateTimeOffset, EventContent> content)
    {
        (_source, _id, _signedAt, _previousSecret, _content) = (source, id, now, previousSecret, content);
        _key = source.LiveKeys(now) is [var key, ..] ? key : source.Secrets[0].Key;
    }

    private SenderDefinition Row => _source.Plan.Definition;

    /// <summary>Sets the sender's id of the event, where the sender gives one. Without it each request has an id of its own.</summary>
    /// <param name="id">The id; where the sender signs it, 1 to 128 letters, digits, hyphens and underscores.</param>
    /// <returns>This request.</returns>
    public TestRequest WithId(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        (_id, _isIdChosen) = (id, true);
        return this;
    }

    /// <summary>Signs at another time than the clock's.</summary>
    /// <param name="time">The time, 1970 or later. Senders that sign no time ignore it.</param>
    /// <returns>This request.</returns>
    public TestRequest SignedAt(DateTimeOffset time)
    {
        _signedAt = time;
        return this;
    }

    /// <summary>Signs too long ago: one second more than the source tolerates. The signature itself is right.</summary>
    /// <returns>This request.</returns>
    /// <exception cref="InvalidOperationException">The sender signs no time, so that its deliveries are never stale.</exception>
    public TestRequest Stale()
    {
        var time = Row.Schemes[0].Timestamp ?? throw new InvalidOperationException($"{Row.Name} signs no time: its deliveries are never stale.");
        return SignedAt(_signedAt - TimeSpan.FromSeconds(time.ToleranceSeconds + 1));
    }

    /// <summary>Signs with this secret.</summary>
    /// <param name="secret">The secret as it is configured at both ends.</param>
    /// <returns>This request.</returns>
    /// <exception cref="ArgumentException">It is none that the sender could have issued.</exception>
    public TestRequest WithSecret(string secret)
    {
        _key = _source.Plan.TryCreateKey(secret, out var key, out var problem) ? key : throw new ArgumentException(problem, nameof(secret));
        return this;
    }

    /// <summary>Signs with a secret that the program does not know.</summary>
    /// <returns>This request.</returns>
    public TestRequest WithOtherSecret() => WithSecret(_source.Plan.GenerateKey().Secret);

    /// <summary>Signs with the secret that the source had before the last rotation.</summary>
    /// <returns>This request.</returns>
    /// <exception cref="InvalidOperationException">The source's secret was not rotated.</exception>
    public TestRequest WithPreviousSecret() =>
        WithSecret(_previousSecret ?? throw new InvalidOperationException($"The secret of '{_source.Name}' was not rotated: call RotateSecret first."));

    /// <summary>
    /// Changes the body after it was signed, by one blank at its end: the JSON means the same as before, so that only a receiver that verifies
    /// the exact bytes refuses it.
    /// </summary>
    /// <returns>This request.</returns>
    public TestRequest TamperBody()
    {
        _isBodyTampered = true;
        return this;
    }

    /// <summary>Sends a well-formed signature of another body.</summary>
    /// <returns>This request.</returns>
    public TestRequest TamperSignature()
    {
        _isSignatureTampered = true;
        return this;
    }

    /// <summary>Sends no signature.</summary>
    /// <returns>This request.</returns>
    public TestRequest WithoutSignature() => WithHeader(Row.Schemes[0].Signature.Header!, null);

    /// <summary>Sets a header, or with <see langword="null"/> sends none of that name. Comes after signing and changes nothing of it.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This request.</returns>
    public TestRequest WithHeader(string name, string? value)
    {
        _headers[name] = value;
        return this;
    }

    internal PreparedRequest Build()
    {
        var content = _content(_id, _isIdChosen, _signedAt);
        var headers = new Dictionary<string, string>(content.Headers, StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/json" };
        var signed = _isSignatureTampered ? Changed(content.Body) : content.Body;
        foreach (var (name, value) in _source.Plan.Sign(new SigningInput(signed, content.Id, _signedAt, _source.PublicUrl), _key).Headers)
        {
            headers[name] = value;
        }

        foreach (var (name, value) in _headers)
        {
            if (value is null)
            {
                headers.Remove(name);
            }
            else
            {
                headers[name] = value;
            }
        }

        return new PreparedRequest(_source.Name, _isBodyTampered ? Changed(content.Body) : content.Body, headers, content.Id);
    }

    private static byte[] Changed(byte[] body) => [.. body, (byte)' '];
}

/// <summary>A request that is ready to be sent, once or again.</summary>
/// <param name="Source">The source it goes to.</param>
/// <param name="Body">The exact bytes.</param>
/// <param name="Headers">All headers.</param>
/// <param name="EventId">The sender's id of the event, as far as the test knows it.</param>
internal sealed record PreparedRequest(string Source, byte[] Body, IReadOnlyDictionary<string, string> Headers, string? EventId);
