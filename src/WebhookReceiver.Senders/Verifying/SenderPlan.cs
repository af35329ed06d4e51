using System.Diagnostics.CodeAnalysis;

namespace WebhookReceiver.Senders;

/// <summary>A row, compiled once: verifies without allocating, and signs. Immutable; safe to share between threads.</summary>
public sealed class SenderPlan
{
    /// <summary>The most signatures that one header may carry.</summary>
    internal const int MaxSignatures = 8;

    /// <summary>The longest signature header in characters.</summary>
    internal const int MaxSignatureHeaderLength = 1024;

    private readonly CompiledScheme[] _schemes;
    private readonly string? _idHeader;

    private SenderPlan(SenderDefinition definition)
    {
        Definition = definition;
        _schemes = [.. definition.Schemes.Select((scheme, index) => new CompiledScheme(scheme, index))];
        SignsUrl = _schemes.Any(scheme => scheme.SignsUrl);
        Event = new EventMap(definition.Event);
        _idHeader = _schemes[0].Id is null
            ? definition.Event.Id.Select(OverrideRules.SingleHeader).FirstOrDefault(name => name is not null)
            : null;
    }

    /// <summary>The row this plan was made from, with the overrides applied.</summary>
    public SenderDefinition Definition { get; }

    /// <summary>Where the envelope stands.</summary>
    public EventMap Event { get; }

    /// <summary>Whether any scheme signs the public URL, so that one must be configured.</summary>
    public bool SignsUrl { get; }

    /// <summary>Where the signed id of an event stands. It comes before any other id, as the sender vouches for it.</summary>
    /// <param name="schemeIndex">The scheme that decided: <see cref="SignatureVerdict.SchemeIndex"/>, if it is not -1.</param>
    /// <returns>A template of one part; <see langword="null"/> where the scheme signs no id.</returns>
    public Template? SignedId(int schemeIndex) => _schemes[schemeIndex].Id;

    /// <summary>Compiles a row. Do it once: it reads and checks the whole row.</summary>
    /// <param name="definition">The row.</param>
    /// <param name="overrides">What the operator changes of it; <see langword="null"/> for nothing.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="SenderFileException">
    /// The row breaks a rule, or an override does not fit it; the message names each place.
    /// </exception>
    public static SenderPlan Compile(SenderDefinition definition, SenderOverrides? overrides = null)
    {
        SenderDefinition row = OverrideRules.Apply(definition, overrides);
        SenderRules.Check(row, $"sender '{row.Id}'");
        return new SenderPlan(row);
    }

    /// <summary>Decodes a secret by the key rules of the sender's schemes.</summary>
    /// <param name="secret">
    /// The text as configured, which is taken as it stands: at most 4,096 bytes, at least <see cref="SenderDefinition.MinSecretBytes"/>
    /// when decoded, no placeholder such as <c>changeme</c>, and no API key of the same sender.
    /// </param>
    /// <param name="key">The key, for this plan alone; <see langword="null"/> if the sender could not have issued the secret.</param>
    /// <param name="problem">What is wrong, in words that never repeat the secret; <see langword="null"/> if nothing is.</param>
    /// <returns>Whether there is a key.</returns>
    public bool TryCreateKey(string secret, [NotNullWhen(true)] out SenderKey? key, [NotNullWhen(false)] out string? problem) =>
        SecretRules.TryCreateKey(Definition, secret, out key, out problem);

    /// <summary>Verifies a request over its exact bytes, with every key, in constant time.</summary>
    /// <typeparam name="TRequest">The request's type; a struct, so that nothing is allocated.</typeparam>
    /// <param name="request">The request.</param>
    /// <param name="keys">
    /// The live keys, newest first, all made by this plan. Each costs one HMAC. Without any, nothing is verified.
    /// </param>
    /// <param name="now">The receiver's clock. A signed time is fresh within the scheme's tolerance of it, both ends included.</param>
    /// <returns>The verdict. What a request can have wrong is never an exception.</returns>
    /// <remarks>
    /// The first scheme whose signature header is present decides alone; headers of other schemes are not looked at. Checked in this
    /// order: duplicated headers, the signature's form, missing content, the id, the time's form, URL and key, the MAC, freshness.
    /// </remarks>
    public SignatureVerdict Verify<TRequest>(ref readonly TRequest request, ReadOnlySpan<SenderKey> keys, DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        foreach (CompiledScheme scheme in _schemes)
        {
            int count = request.GetHeader(scheme.Definition.Signature.Header, out string? signature);
            if (count > 0)
            {
                return SchemeVerifier.Verify(scheme, in request, count, signature, keys, now);
            }
        }

        return new SignatureVerdict(SignatureOutcome.SignatureMissing, -1, -1, null);
    }

    /// <summary>Signs a body as the sender would, by the row's first scheme.</summary>
    /// <param name="input">What is to be signed.</param>
    /// <param name="key">The key, made by this plan.</param>
    /// <returns>The headers to send: the signature and whatever it covers, and the event's id where the row reads it from a header.</returns>
    /// <exception cref="ArgumentException">The id, the time or the URL is none that this sender could sign.</exception>
    /// <exception cref="InvalidOperationException">
    /// The sender signs another header or parameter, and the row's sample has no value for it.
    /// </exception>
    public IReadOnlyList<KeyValuePair<string, string>> Sign(SigningInput input, SenderKey key)
    {
        IReadOnlyList<KeyValuePair<string, string>> headers = SchemeSigner.Sign(_schemes[0], Definition.Sample, input, key.For(0));
        bool addsId = _idHeader is not null
            && !headers.Any(header => header.Key.Equals(_idHeader, StringComparison.OrdinalIgnoreCase));
        return addsId ? [new(_idHeader!, input.Id), .. headers] : headers;
    }
}

/// <summary>
/// What the operator may change of a row. <see langword="null"/> keeps the row's own. What does not fit the row is refused by
/// <see cref="SenderPlan.Compile"/>.
/// </summary>
/// <param name="SignatureHeader">The name of the signature header. Only the row's first scheme remains, under this name.</param>
/// <param name="EventIdHeader">
/// The header that carries the event's id, in place of the headers that the row tries first; only where not every scheme signs an id.
/// </param>
/// <param name="Tolerance">
/// How far the signed time may be from the receiver's clock, in whole seconds, one second to one hour; only where a scheme signs one.
/// </param>
public sealed record SenderOverrides(string? SignatureHeader = null, string? EventIdHeader = null, TimeSpan? Tolerance = null);

/// <summary>What is to be signed.</summary>
/// <param name="Body">The exact body.</param>
/// <param name="Id">
/// The event's id, used where the scheme signs one (1 to 128 letters, digits, hyphens and underscores) or the row reads it from a header.
/// </param>
/// <param name="SignedAt">The time of signing, used where the scheme signs one; 1970 or later.</param>
/// <param name="Url">The public URL, exactly as the sender was given it; needed where the scheme signs it.</param>
public readonly record struct SigningInput(ReadOnlyMemory<byte> Body, string Id, DateTimeOffset SignedAt, string? Url = null);
