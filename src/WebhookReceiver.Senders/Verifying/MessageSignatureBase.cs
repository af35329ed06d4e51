using System.Text;

namespace WebhookReceiver.Senders;

/// <summary>The text that a message signature signs (RFC 9421 2.5).</summary>
internal static class MessageSignatureBase
{
    /// <returns><see langword="null"/> where a component is absent, or is one that is not computed here.</returns>
    public static byte[]? Create<TRequest>(MessageSignature signature, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        var text = new StringBuilder();
        for (int i = 0; i < signature.Components.Count; i++)
        {
            string component = signature.Components[i];
            if (ValueOf(component, in request) is not { } value)
            {
                return null;
            }

            text.Append('"').Append(component).Append("\": ").Append(value).Append('\n');
        }

        text.Append("\"@signature-params\": ").Append(signature.ParametersText);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Derived components of RFC 9421 2.2, and headers by their names in lower case (2.1).</summary>
    private static string? ValueOf<TRequest>(string component, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct => component switch
        {
            "@method" => request.Method,
            "@target-uri" => request.Url + QueryOf(in request),
            "@authority" => AuthorityOf(request.Url!),
            "@scheme" => new Uri(request.Url!).Scheme,
            "@path" => RequestUrl.PathOf(request.Url!).ToString(),
            "@query" => "?" + request.Query,
            "@request-target" => RequestUrl.PathOf(request.Url!).ToString() + QueryOf(in request),
            ['@', ..] => null,
            _ => HeaderOf(component, in request),
        };

    private static string QueryOf<TRequest>(ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct => request.Query.Length > 0 ? "?" + request.Query : "";

    private static string AuthorityOf(string url)
    {
        var uri = new Uri(url);
        return uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}";
    }

    /// <summary>All lines of a header, joined as RFC 9421 2.1 says: signed and read are the same text there.</summary>
    private static string? HeaderOf<TRequest>(string name, ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (!name.Equals(name.ToLowerInvariant(), StringComparison.Ordinal))
        {
            return null;
        }

        int count = request.GetHeader(name, out string? value);
        if (count <= 1)
        {
            return value?.Trim(' ', '\t');
        }

        var lines = new string[count];
        for (int line = 0; line < count; line++)
        {
            lines[line] = request.GetHeaderLine(name, line).Trim(' ', '\t');
        }

        return string.Join(", ", lines);
    }
}
