using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace WebhookReceiver.Sources;

/// <summary>Reads settings of one section and collects what cannot be read, instead of stopping at the first as the usual binder does.</summary>
internal sealed class SettingsReader(IConfiguration section, string path, List<ConfigurationProblem> problems)
{
    public SettingsReader Section(string key) => new(section.GetSection(key), Key(key), problems);

    public IEnumerable<string> Children() => section.GetChildren().Select(static child => child.Key);

    public string Key(string key) => $"{path}:{key}";

    public string? Text(string key) => section[key] is { Length: > 0 } text ? text : null;

    public IEnumerable<string> List(string key) =>
        section.GetSection(key).GetChildren().Select(static child => child.Value).OfType<string>().Where(static text => text.Length > 0);

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

        problems.Add(new ConfigurationProblem("WHR1020", Key(key), $"'{text}' is not a whole number from {min} to {max}.", $"Write a number such as {min}."));
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

        problems.Add(new ConfigurationProblem("WHR1021", Key(key), $"'{text}' is neither true nor false.", "Write true or false."));
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
            "WHR1022", Key(key), $"'{text}' is not a duration from {min:c} to {max:c}.", max < TimeSpan.FromDays(2)
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

        problems.Add(new ConfigurationProblem("WHR1023", key, $"'{text}' is not a time.", "Write a time such as 2026-12-01T00:00:00Z."));
        return null;
    }

    public T? Choice<T>(string key)
        where T : struct, Enum
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (Enum.TryParse<T>(text, ignoreCase: true, out var choice) && Enum.IsDefined(choice) && !char.IsAsciiDigit(text[0]))
        {
            return choice;
        }

        var names = string.Join(", ", Enum.GetNames<T>());
        problems.Add(new ConfigurationProblem("WHR1024", Key(key), $"'{text}' is not a choice.", $"Write one of: {names}."));
        return null;
    }
}
