using Serilog;
using Serilog.Events;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Logging;

/// <summary>
/// The levels that configuration may set: those that every ASP.NET Core app knows (<c>Logging:LogLevel:Category</c>), which Serilog does not
/// read by itself, and Serilog's own (<c>Serilog:MinimumLevel</c>).
/// </summary>
internal static class LogLevels
{
    private const string UsualSection = "Logging:LogLevel";
    private const string SerilogLevel = "Serilog:MinimumLevel";

    /// <summary>Takes the levels that every ASP.NET Core app knows, as far as they are levels.</summary>
    public static LoggerConfiguration UseUsualLevels(this LoggerConfiguration logger, IConfiguration configuration)
    {
        foreach (var level in configuration.GetSection(UsualSection).GetChildren())
        {
            if (IsLevel<LogLevel>(level.Value, out var parsed))
            {
                _ = level.Key.Equals("Default", StringComparison.OrdinalIgnoreCase)
                    ? logger.MinimumLevel.Is(Convert(parsed))
                    : logger.MinimumLevel.Override(level.Key, Convert(parsed));
            }
        }

        return logger;
    }

    /// <summary>What is not a level. Serilog would name the value alone, and not where it stands.</summary>
    public static IEnumerable<ConfigurationProblem> Problems(IConfiguration configuration)
    {
        IConfigurationSection[] serilog =
            [configuration.GetSection(SerilogLevel), configuration.GetSection(SerilogLevel + ":Default"), .. configuration.GetSection(SerilogLevel + ":Override").GetChildren()];
        var wrong = configuration.GetSection(UsualSection).GetChildren().Where(static level => !IsLevel<LogLevel>(level.Value, out _))
            .Concat(serilog.Where(static level => level.Value is not ['$', ..] && !IsLevel<LogEventLevel>(level.Value, out _))); // $ names a switch
        return wrong.Where(static level => level.Value is { Length: > 0 }).Select(static level => new ConfigurationProblem(
            ErrorCodes.LogSettingsRefused, level.Path, $"'{level.Value}' is not a level of the log.", "Write one such as Debug, Information or Warning."));
    }

    private static bool IsLevel<T>(string? text, out T level)
        where T : struct, Enum => Enum.TryParse(text, ignoreCase: true, out level) && Enum.IsDefined(level) && !char.IsAsciiDigit(text![0]);

    private static LogEventLevel Convert(LogLevel level) => level switch
    {
        LogLevel.None => LevelAlias.Off,
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Fatal,
    };
}
