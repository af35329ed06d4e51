namespace WebhookReceiver.Senders;

/// <summary>Puts together the bytes that are signed. Header text is taken as it stands and never printed again from a parsed value.</summary>
internal static class SignedContent
{
    /// <summary>Whether the request has what the content is made of, besides the fields.</summary>
    public static bool CanWrite<TRequest>(CompiledScheme scheme, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        foreach (ContentPart part in scheme.Content)
        {
            if (part.Kind == TemplatePartKind.SortedForm ? !SortedForm.CanAppend(in request)
                : part.Kind == TemplatePartKind.Canonical && !CanonicalForm.CanAppend(part.Name, in request))
            {
                return false;
            }
        }

        return true;
    }

    public static void Write<TRequest>(
        CompiledScheme scheme, ref readonly TRequest request, ReadOnlySpan<ReadOnlyMemory<char>> fields, ReadOnlySpan<byte> key, ref ContentWriter writer)
        where TRequest : ISignedRequest, allows ref struct
    {
        foreach (ContentPart part in scheme.Content)
        {
            switch (part.Kind)
            {
                case TemplatePartKind.Literal:
                    writer.Append(part.Literal);
                    break;
                case TemplatePartKind.Body:
                    writer.Append(request.Body);
                    break;
                case TemplatePartKind.BodyHash:
                    writer.Append(BodyHash.Compute(part.Name, request.Body));
                    break;
                case TemplatePartKind.Url:
                    RequestUrl.Append(in request, ref writer);
                    break;
                case TemplatePartKind.Path or TemplatePartKind.PathAndQuery:
                    RequestUrl.AppendPath(in request, part.Kind == TemplatePartKind.PathAndQuery, ref writer);
                    break;
                case TemplatePartKind.RawQuery:
                    writer.Append(request.Query);
                    break;
                case TemplatePartKind.Method:
                    writer.Append(request.Method);
                    break;
                case TemplatePartKind.Secret:
                    writer.Append(key);
                    break;
                case TemplatePartKind.SortedForm:
                    SortedForm.Append(request.Content?.Form ?? [], ref writer);
                    break;
                case TemplatePartKind.Canonical:
                    CanonicalForm.Append(part.Name, in request, key, ref writer);
                    break;
                default:
                    writer.Append(fields[part.Field].Span);
                    break;
            }
        }
    }
}
