using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using WebhookReceiver.Host.Logging;

namespace WebhookReceiver.Host.Tests.Logging;

public sealed class FormatterTests
{
    private const string Hostile = "a\r\n[00:00:00.000 INF] forged\u001b[31m\u2028\u2029\u202e\u0085\0\u009b31m\"}{\"@l\":\"x";

    [Fact]
    [Trait("Attack", "A76")]
    public void TextLine_HostileValue_StaysOnItsLineWithoutControls()
    {
        var text = Write(LoggingSetup.Formatter(isDevelopment: true), static logger => logger.Information("Accepted {Type}", Hostile));

        Assert.Equal(1, text.Count(static c => c == '\n'));
        Assert.DoesNotContain(text.TrimEnd('\r', '\n'), static c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u202e');
        Assert.Contains("\\u001b[31m", text, StringComparison.Ordinal);
        Assert.Contains("INF] Accepted a\\u000d\\u000a[00:00:00.000 INF] forged", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Attack", "A76")]
    public void TextLine_HostileException_IsIndentedOnEveryLine()
    {
        var text = Write(LoggingSetup.Formatter(isDevelopment: true), static logger => logger.Error(new InvalidOperationException(Hostile), "Failed"));

        var lines = text.TrimEnd('\n').Split('\n');
        Assert.EndsWith("ERR] Failed", lines[0], StringComparison.Ordinal);
        Assert.True(lines.Length > 1);
        Assert.All(lines[1..], static line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void TextLine_OrdinaryUnicode_IsLeftAlone() => Assert.EndsWith(
        "Größe 日本 €\n",
        Write(LoggingSetup.Formatter(isDevelopment: true), static logger => logger.Information("{Text}", "Größe 日本 €")).ReplaceLineEndings("\n"), StringComparison.Ordinal);

    [Fact]
    [Trait("Attack", "A76")]
    public void JsonLine_HostileValue_IsOneObjectWithTheValueIntact()
    {
        var text = Write(LoggingSetup.Formatter(isDevelopment: false), static logger => logger.Warning(new InvalidOperationException(Hostile), "Accepted {Type}", Hostile));

        Assert.Equal(1, text.Count(static c => c == '\n'));
        Assert.DoesNotContain(text.TrimEnd('\r', '\n'), static c => char.IsControl(c) || c is '\u2028' or '\u2029');
        var line = JsonElement.Parse(text);
        Assert.Equal(Hostile, line.GetProperty("Type").GetString());
        Assert.Equal("Warning", line.GetProperty("@l").GetString());
        Assert.StartsWith("Accepted ", line.GetProperty("@m").GetString(), StringComparison.Ordinal);
        Assert.Contains("forged", line.GetProperty("@x").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "WebhookReceiver.Endpoints.WebhookEndpoint", LogEventLevel.Debug, true)]
    [InlineData(false, "WebhookReceiver.Endpoints.WebhookEndpoint", LogEventLevel.Debug, false)]
    [InlineData(false, "WebhookReceiver.Endpoints.WebhookEndpoint", LogEventLevel.Information, true)]
    [InlineData(true, "Microsoft.AspNetCore.Hosting.Diagnostics", LogEventLevel.Information, false)]
    [InlineData(true, "Microsoft.AspNetCore.Routing", LogEventLevel.Warning, true)]
    [InlineData(true, "Microsoft.AspNetCore.Hosting.Diagnostics", LogEventLevel.Fatal, false)]
    [InlineData(true, "Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal, false)]
    public void Levels_OfACategory_AreThose(bool isDevelopment, string category, LogEventLevel level, bool isWritten)
    {
        using var logger = LoggingSetup.Levels(isDevelopment).CreateLogger();

        Assert.Equal(isWritten, logger.ForContext(Constants.SourceContextPropertyName, category).IsEnabled(level));
    }

    [Fact]
    public void Levels_SetUnderLogging_WinOverThoseInCode()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("Logging:LogLevel:Default", "Error"), new("Logging:LogLevel:Microsoft.AspNetCore", "Debug")]).Build();
        using var logger = LoggingSetup.Levels(isDevelopment: false).UseUsualLevels(configuration).CreateLogger();

        Assert.False(logger.IsEnabled(LogEventLevel.Warning));
        Assert.True(logger.ForContext(Constants.SourceContextPropertyName, "Microsoft.AspNetCore.Routing").IsEnabled(LogEventLevel.Debug));
    }

    private static string Write(ITextFormatter formatter, Action<ILogger> write)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using (var logger = new LoggerConfiguration().WriteTo.Sink(new WriterSink(formatter, output)).CreateLogger())
        {
            write(logger);
        }

        return output.ToString();
    }

    private sealed class WriterSink(ITextFormatter formatter, TextWriter output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, output);
    }
}
