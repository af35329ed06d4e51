using System.Text;
using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>Signs by one scheme, as the sender would.</summary>
internal static class SchemeSigner
{
    public static SignedRequest Sign(CompiledScheme scheme, SenderDefinition row, string? idHeader, SigningInput input, SigningKey key)
    {
        if (scheme.SignsUrl && input.Url is null)
        {
            throw new ArgumentException("This sender signs the public URL, and none is given.", nameof(input));
        }

        var draft = new RequestDraft(row, input);
        if (scheme.Content.Any(part => part.Kind == TemplatePartKind.Canonical))
        {
            foreach ((string name, string value) in draft.SenderHeaders)
            {
                draft.PutHeader(name, value);
            }
        }

        if (scheme.Definition.KeySource is { } source && Template.Parse(source.Url).Parts is [{ Kind: TemplatePartKind.Header } certificate] && row.Sample is not null)
        {
            draft.PutHeader(certificate.Name, row.Sample.Headers[certificate.Name]);
        }

        if (idHeader is not null)
        {
            draft.PutHeader(idHeader, input.Id);
        }

        foreach ((TemplatePart part, string text) in scheme.When)
        {
            // What may be anything is a field, or the scheme is not the one that signs.
            if (text != "*")
            {
                draft.Put(part, text);
            }
        }

        CompleteDocument(scheme, row, draft);
        string[] values = FillFields(scheme, input, draft, key);
        switch (scheme.Definition.Proof)
        {
            case ProofKind.Token:
                Place(scheme, draft, scheme.Definition.Signature.Prefix + Encoding.UTF8.GetString(key.Bytes));
                break;
            case ProofKind.Basic:
                Place(scheme, draft, "Basic " + Convert.ToBase64String(key.Bytes));
                break;
            case ProofKind.Jwt:
                Place(scheme, draft, scheme.Definition.Signature.Prefix + JwtSigner.Sign(scheme, input, values, key));
                break;
            case ProofKind.MessageSignature:
                MessageSigner.Sign(scheme, draft, values, key);
                break;
            default:
                Place(scheme, draft, Write(scheme, values, Compute(scheme, draft, values, key)));
                break;
        }

        return new SignedRequest(draft.Headers, draft.Body, draft.Query);
    }

    /// <summary>Puts into the request what is signed: id, time, digests, and what only the row's sample knows.</summary>
    /// <returns>The values of the scheme's fields.</returns>
    private static string[] FillFields(CompiledScheme scheme, SigningInput input, RequestDraft draft, SigningKey key)
    {
        string[] values = new string[scheme.Fields.Length];

        // Digests last: they are of a body that has its id and its time.
        foreach (int place in Enumerable.Range(0, values.Length).OrderBy(place => DigestOf(scheme, place) is null ? 0 : 1))
        {
            TemplatePart field = scheme.Fields[place];
            values[place] = ValueOf(scheme, input, draft, key, place);
            if (RequestText.IsField(field.Kind) && !(field.IsOptional && values[place].Length == 0))
            {
                draft.Put(field, values[place]);
            }
        }

        return values;
    }

    private static string ValueOf(CompiledScheme scheme, SigningInput input, RequestDraft draft, SigningKey key, int place)
    {
        TemplatePart field = scheme.Fields[place];
        if (place == scheme.IdField)
        {
            return SignedId.IsValid(input.Id)
                ? input.Id
                : throw new ArgumentException("A signed id is 1 to 128 letters, digits, hyphens or underscores.", nameof(input));
        }

        if (place == scheme.TimeField)
        {
            return input.SignedAt >= DateTimeOffset.UnixEpoch
                ? SignedTime.Write(scheme.TimeFormat, input.SignedAt)
                : throw new ArgumentException("A signed time cannot be before 1970.", nameof(input));
        }

        if (place == scheme.BindingField)
        {
            return Encoding.UTF8.GetString(key.Bytes);
        }

        if (DigestOf(scheme, place) is { } digest)
        {
            return digest.Compute(draft);
        }

        return Existing(draft, field)
            ?? (field.IsOptional ? "" : throw new InvalidOperationException($"This sender signs '{field.Name}', and the sample of its row has no value for it."));
    }

    private static CompiledDigest? DigestOf(CompiledScheme scheme, int place) =>
        scheme.Digests.FirstOrDefault(digest => FieldNames.Same(digest.Value, scheme.Fields[place]));

    /// <summary>What the request has already; of headers, what the sender sends.</summary>
    private static string? Existing(RequestDraft draft, TemplatePart field)
    {
        if (!RequestText.IsField(field.Kind))
        {
            return null;
        }

        using RequestContent? content = draft.Content();
        var request = new DraftRequest(draft, content);
        return RequestText.Read(field, in request, numbers: true, out string? value) == 1 && value!.Length > 0
            ? value
            : field.Kind == TemplatePartKind.Header
                ? draft.SenderHeaders.FirstOrDefault(header => header.Key.Equals(field.Name, StringComparison.OrdinalIgnoreCase)).Value
                : null;
    }

    /// <summary>Adds what the sender always has in what it signs, from the row's sample.</summary>
    private static void CompleteDocument(CompiledScheme scheme, SenderDefinition row, RequestDraft draft)
    {
        foreach (ContentPart part in scheme.Content.Where(part => part.Kind == TemplatePartKind.Canonical))
        {
            using RequestContent? content = draft.Content();
            using JsonDocument? sample = CanonicalForm.Members(part.Name, content).Any() && row.Sample is not null ? JsonDocument.Parse(row.Sample.Body) : null;
            foreach (string member in CanonicalForm.Members(part.Name, content))
            {
                if (sample is not null && !content!.TryFind([member], out _) && sample.RootElement.TryGetProperty(member, out JsonElement value))
                {
                    draft.PutJson([member], JsonText.OrEmpty(value));
                }
            }
        }
    }

    private static string Compute(CompiledScheme scheme, RequestDraft draft, string[] values, SigningKey key)
    {
        using RequestContent? parsed = draft.Content();
        var request = new DraftRequest(draft, parsed);
        if (!SignedContent.CanWrite(scheme, in request))
        {
            throw new ArgumentException("The body is none that this sender could sign: it is no form, or lacks what the sender signs of it.");
        }

        ReadOnlyMemory<char>[] fields = [.. values.Select(value => value.AsMemory())];
        var writer = new ContentWriter(new byte[256]);
        SignedContent.Write(scheme, in request, fields, scheme.ContentHoldsKey ? key.Bytes : [], ref writer);
        byte[] content = writer.Written.ToArray();
        writer.Dispose();
        byte[] signature = scheme.Definition.Proof == ProofKind.Digest
            ? BodyHash.Hash(scheme.Definition.Hash!.Value, content)
            : key.Sign(SignatureAlgorithm.Of(scheme.Definition), content);
        return SignatureText.Encode(scheme.Definition.Signature.Encoding!.Value, signature);
    }

    private static string Write(CompiledScheme scheme, string[] values, string signature)
    {
        SignatureLocation location = scheme.Definition.Signature;
        IEnumerable<(TemplatePart Field, string Value)> parameters = scheme.Fields.Zip(values).Where(item => item.First.Kind == TemplatePartKind.Parameter);
        return location.Format switch
        {
            SignatureFormat.Bare or SignatureFormat.List => signature,
            SignatureFormat.Prefixed => location.Prefix + signature,
            SignatureFormat.Versioned => $"{location.Parameter},{signature}",
            SignatureFormat.Json => SignatureObject.Write(location.Parameter!, signature),
            SignatureFormat.Pairs => string.Join(
                scheme.Separator, parameters.Select(item => $"{item.Field.Name}={item.Value}").Append($"{location.Parameter}={signature}")),
            SignatureFormat.Positional => string.Join(
                scheme.Separator, parameters.OrderBy(item => item.Field.Name, StringComparer.Ordinal).Select(item => item.Value).Append(signature)),
            _ => throw new InvalidOperationException($"Unknown format {location.Format}."),
        };
    }

    private static void Place(CompiledScheme scheme, RequestDraft draft, string text)
    {
        SignatureLocation location = scheme.Definition.Signature;
        if (location.Header is { } header)
        {
            draft.PutHeader(location.Numbered ? header + "1" : header, text);
        }
        else if (location.Query is { } query)
        {
            draft.PutQuery(query, text);
        }
        else if (location.Field is { } field)
        {
            draft.PutField(field, text);
        }
        else
        {
            draft.PutJson(scheme.Pointer, text);
        }
    }
}
