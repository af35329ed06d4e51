using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace WebhookReceiver.Host.Logging;

/// <summary>
/// One line an event, for people. Texts from outside cannot end the line, colour the terminal or turn the direction of writing; the lines
/// of an exception are indented, so that none of them can pass for an event.
/// </summary>
internal sealed class TextLineFormatter : ITextFormatter
{
    private static readonly MessageTemplateTextFormatter Line = new("[{Timestamp:HH:mm:ss.fff} {Level:u3}] {Message:lj}", CultureInfo.InvariantCulture);

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        Line.Format(logEvent, line);
        ControlCharacters.Write(line.ToString(), output);
        output.WriteLine();
        if (logEvent.Exception is { } exception)
        {
            foreach (var part in exception.ToString().AsSpan().EnumerateLines())
            {
                output.Write("    ");
                ControlCharacters.Write(part, output);
                output.WriteLine();
            }
        }
    }
}
