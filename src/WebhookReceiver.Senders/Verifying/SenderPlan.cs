using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>A row, compiled once: verifies without allocating, and signs. Immutable; safe to share between threads.</summary>
public sealed class SenderPlan
{
    /// <summary>The most signatures that one header may carry.</summary>
    internal const int MaxSignatures = 8;

    /// <summary>The longest body in bytes that is looked into for a handshake that nobody signs.</summary>
    public const int MaxUnsignedHandshakeBytes = 16 * 1024;

    /// <summary>The longest text of signatures in characters.</summary>
    internal const int MaxSignatureLength = 1024;

    private readonly CompiledScheme[] _schemes;
    private readonly CompiledHandshake[] _handshakes;
    private readonly string? _idHeader;
    private readonly bool _choosesByPrefix;

    private SenderPlan(SenderDefinition definition)
    {
        Definition = definition;
        _schemes = [.. definition.Schemes.Select((scheme, index) => new CompiledScheme(scheme, index))];
        _handshakes = [.. definition.Handshakes.Select(handshake => new CompiledHandshake(handshake))];
        SignsUrl = _schemes.Any(scheme => scheme.SignsUrl);
        NeedsUrl = SignsUrl || _handshakes.Any(handshake => handshake.NeedsUrl);
        NeedsHandshakeSecret = _handshakes.Any(handshake => handshake.NeedsSecret);
        HasHandshakeWithoutBody = _handshakes.Any(handshake => handshake is { Definition: { Method: "POST", Verified: false }, ReadsBody: false });
        _choosesByPrefix = _schemes.CountBy(scheme => scheme.Definition.Signature.Header ?? "", StringComparer.OrdinalIgnoreCase).Any(header => header.Value > 1);
        Event = new EventMap(definition.Event);
        Coverage = _schemes.Max(scheme => scheme.Coverage);
        Warnings = CoverageWarning.For(Coverage) is { } warning ? [warning, .. definition.Warnings] : definition.Warnings;
        _idHeader = _schemes[0].Id is null
            ? definition.Event.Id.Select(OverrideRules.SingleHeader).FirstOrDefault(name => name is not null)
            : null;
    }

    /// <summary>The row this plan was made from, with the overrides applied.</summary>
    public SenderDefinition Definition { get; }

    /// <summary>Where the envelope stands.</summary>
    public EventMap Event { get; }

    /// <summary>Whether any scheme signs the public URL.</summary>
    public bool SignsUrl { get; }

    /// <summary>Whether any scheme signs the public URL, or a handshake answers with it, so that one must be configured.</summary>
    public bool NeedsUrl { get; }

    /// <summary>Whether a handshake needs a second secret, so that one must be configured.</summary>
    public bool NeedsHandshakeSecret { get; }

    /// <summary>Whether a POST can be a handshake without a signature that is all in its query and headers, whatever its content type.</summary>
    public bool HasHandshakeWithoutBody { get; }

    /// <summary>
    /// Whether the sender signs with a private key, by its first scheme: what an operator configures is the public one, and only
    /// <see cref="GenerateKey"/> or <see cref="SigningKey.TryReadPrivate"/> make what signs.
    /// </summary>
    public bool SignsWithPrivateKey => SignatureAlgorithm.Of(_schemes[0].Definition).Kind != SignatureAlgorithm.KeyKind.Shared;

    /// <summary>How much of a request the sender's proof covers; where its schemes differ, the least that one of them covers.</summary>
    public SignatureCoverage Coverage { get; }

    /// <summary>What an operator should know because the proof does not cover it: what follows from its kind, and what the row says.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether a public key must be fetched.</summary>
    public bool FetchesKeys => Definition.Schemes.Any(scheme => scheme.KeySource is not null);

    /// <summary>Where the signed id of an event stands. It comes before any other id, as the sender vouches for it.</summary>
    /// <param name="schemeIndex">The scheme that decided: <see cref="SignatureVerdict.SchemeIndex"/>, if it is not -1.</param>
    /// <returns>A template of one part; <see langword="null"/> where the scheme signs no id.</returns>
    public Template? SignedId(int schemeIndex) => _schemes[schemeIndex].Id;

    /// <summary>Reads the signed id of an event from a request that was verified.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <param name="schemeIndex">The scheme that decided.</param>
    /// <param name="request">The request.</param>
    /// <returns>The id; <see langword="null"/> where the scheme signs none.</returns>
    public string? ReadSignedId<TRequest>(int schemeIndex, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct => SignedIdReader.Read(_schemes[schemeIndex], in request);

    /// <summary>Whether a delivery carries a batch, which may be empty: the array or object that <see cref="EventMap.Each"/> first names the elements of.</summary>
    /// <param name="content">The content of the delivery.</param>
    /// <returns>Whether there is one. Asked only where <see cref="EventMap.Each"/> is not empty, as are the elements.</returns>
    public bool HasBatch(RequestContent content) =>
        content.TryFind([.. Event.Each.TakeWhile(token => token != JsonPath.Each)], out JsonElement batch) && batch.ValueKind is JsonValueKind.Array or JsonValueKind.Object;

    /// <summary>The elements of a batch, in their order.</summary>
    /// <param name="content">The content of the delivery.</param>
    /// <returns>The elements; none where the batch is empty.</returns>
    public IEnumerable<JsonElement> Items(RequestContent content) =>
        content.Document is { } document ? JsonPath.All(document, Event.Each) : [];

    /// <summary>Where an element of a batch stands, for people.</summary>
    /// <param name="content">The content of the delivery.</param>
    /// <param name="index">The number of the element among <see cref="Items"/>.</param>
    /// <returns>A JSON pointer, such as <c>/events/3</c>.</returns>
    public string ItemPointer(RequestContent content, int index) =>
        content.Document is { } document ? JsonPath.Pointers(document, Event.Each).ElementAt(index) : "";

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
    /// The live keys, newest first, all made by this plan. Each costs one HMAC, or, of a public key, one verification of each signature. Without
    /// any, nothing is verified.
    /// </param>
    /// <param name="now">The receiver's clock. A signed time is fresh within the scheme's tolerance of it, both ends included.</param>
    /// <returns>The verdict. What a request can have wrong is never an exception.</returns>
    /// <remarks>
    /// The first scheme whose signature is present (with its prefix, where schemes differ by that) and whose conditions hold decides alone;
    /// signatures of other schemes are not looked at. Checked in this order: what stands twice, the signature's form, missing content, the id,
    /// the time's form, URL and key, the proof, digests, freshness.
    /// </remarks>
    public SignatureVerdict Verify<TRequest>(ref readonly TRequest request, ReadOnlySpan<SenderKey> keys, DateTimeOffset now)
        where TRequest : ISignedRequest, allows ref struct
    {
        CompiledScheme? present = null;
        foreach (CompiledScheme scheme in _schemes)
        {
            if (!IsTaken(scheme, in request))
            {
                continue;
            }

            var signatures = SignatureTexts.Find(scheme.Definition.Signature, scheme.Pointer, in request);
            if (signatures.Count == 0)
            {
                continue;
            }

            if (!_choosesByPrefix || signatures.IsDuplicated || SignaturePrefix.TryRemove(scheme.Definition.Signature, signatures[0], out _))
            {
                return SchemeVerifier.Verify(scheme, in request, ref signatures, keys, now);
            }

            present ??= scheme;
        }

        return present is null
            ? new SignatureVerdict(SignatureOutcome.SignatureMissing, -1, -1, null)
            : SchemeVerifier.Refuse(present, SignatureOutcome.SignatureMalformed);
    }

    /// <summary>Answers a request if it is one of the sender's handshakes. It is then no event.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <param name="isVerified">
    /// Whether the request was verified: then only handshakes that are signed are looked for, and otherwise only those that are not. Ask for these
    /// first, before verification.
    /// </param>
    /// <param name="request">The request.</param>
    /// <param name="keys">The live keys, newest first, all made by this plan; the first computes what the answer has to prove.</param>
    /// <param name="handshakeSecret">The source's second secret; <see langword="null"/> if there is none.</param>
    /// <returns>The answer of the first handshake that the request matches; <see langword="null"/> if it is none.</returns>
    public HandshakeAnswer? Answer<TRequest>(bool isVerified, ref readonly TRequest request, ReadOnlySpan<SenderKey> keys, string? handshakeSecret)
        where TRequest : ISignedRequest, allows ref struct
    {
        foreach (CompiledHandshake handshake in _handshakes)
        {
            // What nobody signed is parsed only where it is short, as every handshake is.
            bool isLookedAt = isVerified || !handshake.ReadsBody || request.Body.Length <= MaxUnsignedHandshakeBytes;
            if (isLookedAt && handshake.Definition.Verified == isVerified && handshake.Definition.Method == request.Method && handshake.Matches(in request))
            {
                return handshake.Answer(in request, keys, handshakeSecret);
            }
        }

        return null;
    }

    /// <summary>Signs a body as the sender would, by the row's first scheme.</summary>
    /// <param name="input">What is to be signed.</param>
    /// <param name="key">The key.</param>
    /// <returns>The request to send.</returns>
    /// <exception cref="ArgumentException">The id, the time, the URL or the body is none that this sender could sign.</exception>
    /// <exception cref="InvalidOperationException">
    /// The sender signs another value, and the row's sample has none for it.
    /// </exception>
    public SignedRequest Sign(SigningInput input, SigningKey key) => SchemeSigner.Sign(_schemes[0], Definition, _idHeader, input, key);

    /// <summary>Signs with a shared secret.</summary>
    /// <param name="input">What is to be signed.</param>
    /// <param name="key">The key, made by this plan.</param>
    /// <returns>The request to send.</returns>
    /// <exception cref="ArgumentException">The id, the time, the URL or the body is none that this sender could sign.</exception>
    /// <exception cref="InvalidOperationException">
    /// The sender signs with a private key, or another value, and the row's sample has none for it.
    /// </exception>
    public SignedRequest Sign(SigningInput input, SenderKey key) => Sign(input, SigningKey.Of(_schemes[0], key));

    /// <summary>Makes a key pair, or a random secret, such as the sender would issue.</summary>
    /// <returns>What an operator configures, and what signs.</returns>
    public GeneratedKey GenerateKey() => KeyGenerator.Generate(_schemes[0], Definition);

    private static bool IsTaken<TRequest>(CompiledScheme scheme, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        foreach ((TemplatePart part, string text) in scheme.When)
        {
            if (RequestText.Read(part, in request, numbers: true, out string? value) != 1 || (text != "*" && value != text))
            {
                return false;
            }
        }

        return true;
    }
}
