using Serilog;
using Serilog.Events;

namespace WebhookReceiver.Host.Logging;

/// <summary>Takes the levels that every ASP.NET Core app knows (<c>Logging:LogLevel:Category</c>), which Serilog does not read by itself.</summary>
internal static class LogLevels
{
    public static LoggerConfiguration UseLevelsOf(this LoggerConfiguration logger, IConfigurationSection levels)
    {
        foreach (var level in levels.GetChildren())
        {
            if (level.Value is not { Length: > 0 } text)
            {
                continue;
            }

            if (!Enum.TryParse<LogLevel>(text, ignoreCase: true, out var parsed) || !Enum.IsDefined(parsed))
            {
                throw new FormatException($"'{text}' is not a level ({level.Path}).");
            }

            _ = level.Key.Equals("Default", StringComparison.OrdinalIgnoreCase)
                ? logger.MinimumLevel.Is(Convert(parsed))
                : logger.MinimumLevel.Override(level.Key, Convert(parsed));
        }

        return logger;
    }

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
