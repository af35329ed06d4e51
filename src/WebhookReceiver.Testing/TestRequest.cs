using System.Net;
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
    private readonly TestSettings _settings;
    private readonly Dictionary<string, string?> _headers = new(StringComparer.OrdinalIgnoreCase);
    private Func<SigningInput, SignedRequest>? _signer;
    private string _id;
    private bool _isIdChosen, _isBodyTampered, _isSignatureTampered, _isUnsigned;
    private DateTimeOffset _signedAt;
    private IPAddress? _address;

    internal TestRequest(WebhookSource source, string id, DateTimeOffset now, TestSettings settings, Func<string, bool, DateTimeOffset, EventContent> content)
    {
        (_source, _id, _signedAt, _settings, _content) = (source, id, now, settings, content);
        _signer = SignerOf(settings.Secret(source.Name, now), out _);
    }

    private SenderPlan Plan => _source.Plan;

    private SenderDefinition Row => Plan.Definition;

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
    /// <param name="secret">
    /// The secret as it is configured at both ends; of a sender with key pairs the private key in PKCS #8 (PEM or base64), or a public key that the
    /// source was given by the test.
    /// </param>
    /// <returns>This request.</returns>
    /// <exception cref="ArgumentException">It is none that the sender could have issued, or sign with.</exception>
    public TestRequest WithSecret(string secret)
    {
        _signer = SignerOf(secret, out var problem) ?? throw new ArgumentException(problem, nameof(secret));
        return this;
    }

    /// <summary>Signs with a secret that the program does not know.</summary>
    /// <returns>This request.</returns>
    public TestRequest WithOtherSecret()
    {
        _signer = OtherSigner();
        return this;
    }

    /// <summary>Signs with the secret that the source had before the last rotation.</summary>
    /// <returns>This request.</returns>
    /// <exception cref="InvalidOperationException">The source's secret was not rotated.</exception>
    public TestRequest WithPreviousSecret() =>
        WithSecret(_settings.PreviousSecret(_source.Name) ?? throw new InvalidOperationException($"The secret of '{_source.Name}' was not rotated: call RotateSecret first."));

    /// <summary>
    /// Changes the body after it was signed, by one blank at its end: the JSON means the same as before, so that only a receiver that verifies
    /// the exact bytes refuses it.
    /// </summary>
    /// <returns>This request.</returns>
    /// <exception cref="InvalidOperationException">The sender's proof does not cover the body, so that a changed one is accepted.</exception>
    public TestRequest TamperBody()
    {
        if (Plan.Coverage != SignatureCoverage.Body)
        {
            throw new InvalidOperationException($"{Row.Name} does not sign its whole body: a body that was changed is not refused.");
        }

        _isBodyTampered = true;
        return this;
    }

    /// <summary>Sends a well-formed signature of another body; where that is no other one, another secret's.</summary>
    /// <returns>This request.</returns>
    public TestRequest TamperSignature()
    {
        _isSignatureTampered = true;
        return this;
    }

    /// <summary>Sends no signature.</summary>
    /// <returns>This request.</returns>
    public TestRequest WithoutSignature()
    {
        _isUnsigned = true;
        return this;
    }

    /// <summary>Sets a header, or with <see langword="null"/> sends none of that name. Comes after signing and changes nothing of it.</summary>
    /// <param name="name">The header's name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>This request.</returns>
    public TestRequest WithHeader(string name, string? value)
    {
        _headers[name] = value;
        return this;
    }

    /// <summary>Sends from this address. Without it a request comes from one that the source allows, or from this machine.</summary>
    /// <param name="address">The address, IPv4 or IPv6.</param>
    /// <returns>This request.</returns>
    public TestRequest FromAddress(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _address = address;
        return this;
    }

    internal PreparedRequest Build()
    {
        var content = _content(_id, _isIdChosen, _signedAt);
        var input = new SigningInput(content.Body, content.Id, _signedAt, _source.PublicUrl, Query: content.Query, ContentType: content.ContentType, Headers: content.Headers);
        var signed = Sign(input);
        if (_isUnsigned)
        {
            signed = SignatureRemover.Remove(signed, Row, content.ContentType);
        }

        var headers = new Dictionary<string, string>(content.Headers, StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = content.ContentType };
        foreach (var (name, value) in signed.Headers)
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

        var body = signed.Body.ToArray();
        return new PreparedRequest(_source.Name, _isBodyTampered ? Changed(body) : body, headers, signed.Query, content.Id, _address);
    }

    private SignedRequest Sign(SigningInput input)
    {
        var signer = _signer ?? throw new InvalidOperationException(
            $"The test has no private key for the public key of '{_source.Name}': leave its secrets empty, and it gets a key pair, or give the private key by WithSecret.");
        var signed = signer(input);
        if (!_isSignatureTampered)
        {
            return signed;
        }

        var other = signer(input with { Body = Changed(signed.Body.ToArray()) });
        return other.Query == signed.Query && other.Headers.SequenceEqual(signed.Headers)
            ? OtherSigner()(input)
            : other with { Body = signed.Body };
    }

    private Func<SigningInput, SignedRequest> OtherSigner()
    {
        var other = Plan.GenerateKey().SigningKey;
        return input => Plan.Sign(input, other);
    }

    /// <returns><see langword="null"/> with a problem where the secret does not sign.</returns>
    private Func<SigningInput, SignedRequest>? SignerOf(string secret, out string? problem)
    {
        problem = null;
        if (_settings.SigningKey(secret) is { } made)
        {
            return input => Plan.Sign(input, made);
        }

        if (Plan.SignsWithPrivateKey)
        {
            problem = $"{Row.Name} signs with a private key: give one in PKCS #8, as PEM or base64.";
            return SigningKey.TryReadPrivate(Plan, secret, out var privateKey) ? input => Plan.Sign(input, privateKey) : null;
        }

        return Plan.TryCreateKey(secret, out var key, out problem) ? input => Plan.Sign(input, key) : null;
    }

    private static byte[] Changed(byte[] body) => [.. body, (byte)' '];
}

/// <summary>A request that is ready to be sent, once or again.</summary>
/// <param name="Source">The source it goes to.</param>
/// <param name="Body">The exact bytes.</param>
/// <param name="Headers">All headers.</param>
/// <param name="Query">The query without its question mark.</param>
/// <param name="EventId">The sender's id of the event, as far as the test knows it.</param>
/// <param name="Address">Where it comes from; <see langword="null"/> for where the sender would send from.</param>
internal sealed record PreparedRequest(string Source, byte[] Body, IReadOnlyDictionary<string, string> Headers, string Query, string? EventId, IPAddress? Address = null);
