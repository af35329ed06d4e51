using System.Text;

namespace WebhookReceiver.Senders.Tests;

/// <summary>A signed request that a test bends in one way and then verifies.</summary>
internal sealed record Delivery(
    SenderPlan Plan, SenderKey Key, byte[] Body, (string Name, string Value)[] Headers, DateTimeOffset Now, string? Url, string Query = "", FetchedKeys? Fetched = null)
{
    public const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    public const string OtherSecret = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
    public const string PublicUrl = "https://hooks.example.com/webhook/shop";

    public static readonly DateTimeOffset SignedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    // Copied with the record: a delivery that is bent keeps the scheme of the one it was.
    private CompiledScheme? _scheme;

    /// <summary>A delivery of a sender as its row signs it, verified one second later.</summary>
    public static Delivery Of(string sender, string? body = null) => Of(SenderPlan.Compile(Rows.Get(sender)), body);

    public static Delivery Of(SenderPlan plan, string? body = null)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body ?? plan.Definition.Sample?.Body ?? "{}");
        (SenderKey key, SigningKey signing, string? document) = KeysOf(plan);
        SignedRequest signed = plan.Sign(new SigningInput(bytes, "msg_1", SignedAt, PublicUrl, ContentType: body is null ? null : "application/json"), signing);
        (string, string)[] headers = [.. signed.Headers.Select(header => (header.Key, header.Value))];
        return new Delivery(plan, key, signed.Body.ToArray(), headers, SignedAt.AddSeconds(1), PublicUrl, signed.Query, TestRequest.Keys(plan.Definition, document));
    }

    /// <summary>A fixed secret that most rules take; of others, and of public keys, a new one.</summary>
    private static (SenderKey Key, SigningKey Signing, string? Document) KeysOf(SenderPlan plan)
    {
        if (!plan.FetchesKeys && SecretRules.TryDecode(plan.Definition, Secret, enforceLength: false, out SenderKey? key, out _))
        {
            return (key, SigningKey.Of(new CompiledScheme(plan.Definition.Schemes[0], 0), key), null);
        }

        GeneratedKey generated = plan.GenerateKey();
        return (Rows.Key(plan.Definition, generated.Secret), generated.SigningKey, generated.KeyDocument);
    }

    public string this[string name] => Headers.Single(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public Delivery Without(string name) =>
        this with { Headers = [.. Headers.Where(header => !header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))] };

    public Delivery With(string name, string value) => Without(name).Adding(name, value);

    public Delivery Adding(string name, string value) => this with { Headers = [.. Headers, (name, value)] };

    /// <summary>Signs again over other texts of the signed headers, as an owner of the key could.</summary>
    public Delivery SignedOver(string id, string timestamp)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. Body];
        string mac = Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Key.For(0).Bytes, content));
        return With("webhook-id", id).With("webhook-timestamp", timestamp).With("webhook-signature", $"v1,{mac}");
    }

    /// <summary>The scheme that this delivery is verified by.</summary>
    public CompiledScheme Scheme()
    {
        if (_scheme is null)
        {
            int index = Verify().SchemeIndex;
            _scheme = new CompiledScheme(Plan.Definition.Schemes[index], index);
        }

        return _scheme;
    }

    /// <summary>The text that carries the signature, wherever the row places it.</summary>
    public string SignatureText()
    {
        CompiledScheme scheme = Scheme();
        using RequestContent? content = Content();
        TestRequest request = Request(content);
        return SignatureTexts.Find(scheme.Definition.Signature, scheme.Pointer, in request)[0];
    }

    /// <summary>The same with another text of the signature.</summary>
    public Delivery WithSignatureText(string text)
    {
        SignatureLocation location = Scheme().Definition.Signature;
        return location.Header is { } header ? With(location.Numbered ? header + "1" : header, text)
            : location.Query is not null ? WithQueryText(SignatureText(), text)
            : WithBodyText(SignatureText(), text);
    }

    public Delivery WithQueryText(string text, string other) =>
        this with { Query = Query.Replace(Uri.EscapeDataString(text), Uri.EscapeDataString(other), StringComparison.Ordinal) };

    public Delivery WithBodyText(string text, string other) =>
        this with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Body).Replace(text, other, StringComparison.Ordinal)) };

    public RequestContent? Content() => TestRequest.Parse(Plan.Definition, Body, Plan.Definition.Sample?.ContentType ?? "application/json");

    public TestRequest Request(RequestContent? content) => new(Body, Headers, Url, Query, content: content, keys: Fetched);

    public SignatureVerdict Verify() => Verify(Key);

    public SignatureVerdict Verify(params SenderKey[] keys)
    {
        using RequestContent? content = Content();
        TestRequest request = Request(content);
        return Plan.Verify(in request, keys, Now);
    }

    public SignatureOutcome Outcome() => Verify().Outcome;
}
