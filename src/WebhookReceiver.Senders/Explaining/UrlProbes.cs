namespace WebhookReceiver.Senders;

/// <summary>The URL, as it may have been typed at the sender. Only for senders that sign it.</summary>
internal static class UrlProbes
{
    public static IEnumerable<SignatureProbe> For(SenderPlan plan, CapturedRequest request, SenderKey[] keys)
    {
        if (!plan.SignsUrl || request.Url is not { } url || !Uri.TryCreate(url, UriKind.Absolute, out Uri? uri))
        {
            yield break;
        }

        const string Fix = " Set PublicBaseUrl to what is typed there, or change it there.";
        yield return Probe(SignatureCause.UrlSlash, "The sender has the URL with a slash at its end, or without one." + Fix, url.EndsWith('/') ? url[..^1] : url + "/");
        yield return Probe(SignatureCause.UrlScheme, "The sender has the URL with another scheme (http or https)." + Fix, With(uri, builder => builder.Scheme = uri.Scheme == "https" ? "http" : "https"));
        yield return Probe(SignatureCause.UrlPort, "The sender has the URL with its port." + Fix, $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}{uri.AbsolutePath}");
        yield return Probe(SignatureCause.UrlPort, "The sender has the URL without its port." + Fix, $"{uri.Scheme}://{uri.IdnHost}{uri.AbsolutePath}");
        if (request.GetHeader("Host", out string? host) == 1)
        {
            yield return Probe(SignatureCause.UrlHost, $"The sender has the URL with the host '{host}'." + Fix, $"{uri.Scheme}://{host}{uri.AbsolutePath}");
        }

        if (request.Query.Length > 0)
        {
            yield return new SignatureProbe(
                SignatureCause.UrlQuery, "The sender signs the URL without its query, or something on the way added one.", plan, request with { Query = "" }, keys);
        }

        SignatureProbe Probe(SignatureCause cause, string text, string other) => new(cause, text, plan, request with { Url = other }, keys);
    }

    private static string With(Uri uri, Action<UriBuilder> change)
    {
        var builder = new UriBuilder(uri) { Port = uri.IsDefaultPort ? -1 : uri.Port };
        change(builder);
        return builder.Uri.AbsoluteUri;
    }
}
