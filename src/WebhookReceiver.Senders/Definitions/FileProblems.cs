namespace WebhookReceiver.Senders;

/// <summary>Gathers what is wrong with a row, so that one reading shows all of it.</summary>
internal sealed class FileProblems(string origin)
{
    private readonly List<string> _lines = [];

    public void Require(bool condition, string path, string expected)
    {
        if (!condition)
        {
            Add(path, $"expected {expected}");
        }
    }

    public void Add(string path, string what) => _lines.Add($"{origin}: {path}: {what}");

    /// <summary>Reads a template whose parts must all be of the allowed kinds; <see langword="null"/> where it cannot be read.</summary>
    public Template? Template(string path, string text, TemplatePlace place)
    {
        try
        {
            Template template = Senders.Template.Parse(text);
            foreach (TemplatePart part in template.Parts)
            {
                Require(place.Allows(part.Kind), path, $"only {place.Words} here, not '{text}'");
            }

            return template;
        }
        catch (FormatException exception)
        {
            Add(path, exception.Message);
            return null;
        }
    }

    public void ThrowIfAny()
    {
        if (_lines.Count > 0)
        {
            throw new SenderFileException(string.Join('\n', _lines.Distinct()));
        }
    }
}
