using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Host.Configuration;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Host.Logging;

/// <summary>Serilog to the console: a line to read in Development, a JSON line everywhere else.</summary>
internal static class LoggingSetup
{
    private const int QueuedLines = 10_000;

    /// <summary>Adds a logger that belongs to this host alone: a static one would be frozen by the first of several hosts in a test.</summary>
    public static void AddLogging(this WebApplicationBuilder builder)
    {
        var logger = Create(builder);
        builder.Services.AddSerilog(logger, dispose: true);
    }

    /// <summary>The levels of this host, before configuration has its say.</summary>
    public static LoggerConfiguration Levels(bool isDevelopment)
    {
        var levels = new LoggerConfiguration()
            .MinimumLevel.Is(LogEventLevel.Information)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("System", LogEventLevel.Warning)
            // Even unheard it would make an activity and a scope for each request; what it says is said by our own lines.
            .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
            // It reports with a stack trace what is reported without one.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LevelAlias.Off)
            .Filter.With(new ServerLines(TimeProvider.System))
            .Enrich.FromLogContext();

        // An event in Development is a line to see; elsewhere the inbox is the record, and what configuration says of all goes for us as well.
        return isDevelopment ? levels.MinimumLevel.Override(nameof(WebhookReceiver), LogEventLevel.Debug) : levels;
    }

    public static ITextFormatter Formatter(bool isDevelopment) => isDevelopment ? new TextLineFormatter() : new JsonLineFormatter();

    private static Logger Create(WebApplicationBuilder builder)
    {
        var isDevelopment = builder.Environment.IsDevelopment();
        var problems = LogLevels.Problems(builder.Configuration).ToList();
        if (problems.Count == 0)
        {
            try
            {
                var configured = Levels(isDevelopment).UseUsualLevels(builder.Configuration);
                if (builder.Configuration.GetSection("Serilog").Exists())
                {
                    configured.ReadFrom.Configuration(builder.Configuration);
                }

                return WriteToConsole(configured, isDevelopment).CreateLogger();
            }
            catch (Exception error) when (error is InvalidOperationException or FormatException or ArgumentException or IOException or BadImageFormatException)
            {
                problems.Add(new ConfigurationProblem(
                    ErrorCodes.LogSettingsRefused, "Serilog", $"The settings of the log cannot be used: {error.GetBaseException().Message.Split('\n')[0].TrimEnd()}", "Correct what it names, or leave it out."));
            }
        }

        var found = builder.Services.Select(static service => service.ImplementationInstance).OfType<HostProblems>().Single();
        problems.ForEach(found.Add);
        return WriteToConsole(Levels(isDevelopment), isDevelopment).CreateLogger();
    }

    /// <summary>A terminal that does not read must not hold up requests: lines wait in a queue, and beyond its end they are dropped.</summary>
    private static LoggerConfiguration WriteToConsole(LoggerConfiguration configured, bool isDevelopment) => isDevelopment
        ? configured.WriteTo.Console(Formatter(isDevelopment))
        : configured.WriteTo.Async(queue => queue.Console(Formatter(isDevelopment)), QueuedLines, blockWhenFull: false);
}
