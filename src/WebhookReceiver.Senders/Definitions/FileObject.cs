using System.Text.Json;

namespace WebhookReceiver.Senders;

/// <summary>An object of a row's file, read member by member. <see cref="Done"/> refuses the members that nobody asked for.</summary>
internal sealed class FileObject(FileValue value)
{
    private readonly List<string> _known = [];

    public T Required<T>(string name, Func<FileValue, T> read) =>
        TryFind(name, out FileValue member) ? read(member) : throw value.Expected($"a member '{name}'");

    public T Optional<T>(string name, T absent, Func<FileValue, T> read) => TryFind(name, out FileValue member) ? read(member) : absent;

    /// <summary>Ends the object: a member that was not read is one that no row has.</summary>
    public void Done()
    {
        foreach (JsonProperty member in value.Element.EnumerateObject())
        {
            if (!_known.Contains(member.Name))
            {
                string place = FilePath.Member(value.Path, member.Name);
                throw new SenderFileException($"{value.Origin}: {place}: no such member, expected only {string.Join(", ", _known)}");
            }
        }
    }

    private bool TryFind(string name, out FileValue member)
    {
        _known.Add(name);
        bool found = value.Element.TryGetProperty(name, out JsonElement element);
        member = new FileValue(element, FilePath.Member(value.Path, name), value.Origin);
        return found;
    }
}
