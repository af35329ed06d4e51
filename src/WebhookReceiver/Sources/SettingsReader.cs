using System.Globalization;
using Microsoft.Extensions.Configuration;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Sources;

/// <summary>Reads settings of one section and collects what cannot be read, instead of stopping at the first as the usual binder does.</summary>
internal sealed class SettingsReader(IConfiguration section, string path, List<ConfigurationProblem> problems)
{
    // What was asked for is what there is: no second list of settings could differ from it.
    private readonly List<string> _known = [];

    /// <summary>The full path of the section.</summary>
    public string Path => path;

    public SettingsReader Section(string key) => new(section.GetSection(Known(key)), Key(key), problems);

    /// <summary>Finds the keys that nobody has asked for. Call it when everything was read.</summary>
    /// <param name="keys">The keys that are there.</param>
    /// <param name="others">Keys that are read elsewhere.</param>
    public IEnumerable<ConfigurationProblem> Unknown(IEnumerable<string> keys, params IEnumerable<string> others)
    {
        string[] known = [.. _known.Concat(others).Distinct(StringComparer.OrdinalIgnoreCase)];
        return keys.Where(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase)).Select(key => Unknown(Key(key), key, known));
    }

    /// <summary>A key that is no setting: it has no effect, which whoever wrote it should know.</summary>
    public static ConfigurationProblem Unknown(string path, string name, IReadOnlyList<string> known) => new(
        ErrorCodes.SettingUnknown, path, $"'{name}' is not a setting and has no effect.",
        EditDistance.Nearest(name, known) is { } nearest ? $"Did you mean '{nearest}'?" : "Remove it, or look it up in docs/configuration.md.");

    public IEnumerable<string> Children() => section.GetChildren().Select(static child => child.Key);

    public string Key(string key) => $"{path}:{key}";

    public string? Text(string key) => section[Known(key)] is { Length: > 0 } text ? text : null;

    public IEnumerable<string> List(string key, ErrorCode error)
    {
        if (Text(key) is not null)
        {
            problems.Add(NoList(error, Key(key)));
        }

        return section.GetSection(key).GetChildren().Select(static child => child.Value).OfType<string>().Where(static text => text.Length > 0);
    }

    /// <summary>A text where a list is meant.</summary>
    public static ConfigurationProblem NoList(ErrorCode error, string path) =>
        new(error, path, $"{path[(path.LastIndexOf(':') + 1)..]} is a list.", $"Set its first element, {path}:0.");

    public int? Number(string key, int min, int max)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        problems.Add(new ConfigurationProblem(ErrorCodes.NumberRefused, Key(key), $"'{text}' is not a whole number from {min} to {max}.", $"Write a number such as {min}."));
        return null;
    }

    public bool? Flag(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (bool.TryParse(text, out var flag))
        {
            return flag;
        }

        problems.Add(new ConfigurationProblem(ErrorCodes.FlagRefused, Key(key), $"'{text}' is neither true nor false.", "Write true or false."));
        return null;
    }

    public TimeSpan? Duration(string key, TimeSpan min, TimeSpan max)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (TimeSpan.TryParseExact(text, ["c", "g"], CultureInfo.InvariantCulture, out var duration) && duration >= min && duration <= max)
        {
            return duration;
        }

        problems.Add(new ConfigurationProblem(
            ErrorCodes.DurationRefused, Key(key), $"'{text}' is not a duration from {min:c} to {max:c}.", max < TimeSpan.FromDays(2)
                ? "Write hours:minutes:seconds, such as 00:00:30."
                : "Write days.hours:minutes:seconds, such as 30.00:00:00."));
        return null;
    }

    /// <summary>Reads a time; no text is no time.</summary>
    public static DateTimeOffset? ReadInstant(string? text, string key, List<ConfigurationProblem> problems)
    {
        if (text is not { Length: > 0 })
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant))
        {
            return instant;
        }

        problems.Add(new ConfigurationProblem(ErrorCodes.InstantRefused, key, $"'{text}' is not a time.", "Write a time such as 2026-12-01T00:00:00Z."));
        return null;
    }

    public T? Choice<T>(string key)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        // By name: the framework's own reader takes numbers as well, and sums of names.
        if (Array.Find(Enum.GetNames<T>(), name => text.AsSpan().Trim().Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            return Enum.Parse<T>(found);
        }

        var names = string.Join(", ", Enum.GetNames<T>());
        problems.Add(new ConfigurationProblem(ErrorCodes.ChoiceRefused, Key(key), $"'{text}' is not a choice.", $"Write one of: {names}."));
        return null;
    }

    private string Known(string key)
    {
        _known.Add(key);
        return key;
    }
}
