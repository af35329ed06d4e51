using System.Text.RegularExpressions;

namespace WebhookReceiver.Senders;

/// <summary>A <see cref="KeySourceDefinition"/>, prepared: which URL a request may make the receiver fetch.</summary>
internal sealed class CompiledKeySource
{
    // us-west-2, us-gov-east-1: no name that a customer can choose for something of his own beside it.
    private const string Region = "[a-z]{2}(-[a-z]+){1,2}-[0-9]";

    private readonly KeySourceDefinition _definition;
    private readonly TemplatePart? _part;
    private readonly KeyReference? _fixed;
    private readonly Regex[] _hosts;
    private readonly Regex? _path;

    public CompiledKeySource(KeySourceDefinition definition)
    {
        _definition = definition;
        Template url = Template.Parse(definition.Url);
        _part = url.Parts is [{ Kind: not TemplatePartKind.Literal } part] ? part : null;
        _fixed = _part is null ? new KeyReference(definition.Document, new Uri(definition.Url)) : null;
        _hosts = [.. definition.Hosts.Select(host => Pattern(host, Region))];
        _path = definition.Path is { } path ? Pattern(path, "[A-Za-z0-9_-]+") : null;
    }

    /// <summary>What must be fetched for a request; <see langword="null"/> where the request names a URL that the row does not allow.</summary>
    public KeyReference? Find<TRequest>(ref readonly TRequest request)
        where TRequest : ISignedRequest, allows ref struct
    {
        if (_part is null)
        {
            return _fixed;
        }

        // The text itself is judged and not only what a parser makes of it: what is fetched is what was judged.
        return RequestText.Read(_part, in request, numbers: false, out string? text) == 1
            && text!.Length <= 512
            && Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
            && url.AbsoluteUri == text
            && url.Scheme == Uri.UriSchemeHttps
            && url.IsDefaultPort
            && url.UserInfo.Length == 0
            && url.Query.Length == 0
            && url.Fragment.Length == 0
            && _hosts.Any(host => host.IsMatch(url.Host))
            && _path!.IsMatch(url.AbsolutePath)
            ? new KeyReference(_definition.Document, url)
            : null;
    }

    private static Regex Pattern(string text, string star) =>
        new("\\A" + Regex.Escape(text).Replace("\\*", star, StringComparison.Ordinal) + "\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
