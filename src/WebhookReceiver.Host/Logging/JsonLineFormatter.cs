using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;

namespace WebhookReceiver.Host.Logging;

/// <summary>One JSON object a line with the rendered message (<c>@t @m @i @l</c> and the properties), for machines.</summary>
internal sealed class JsonLineFormatter : ITextFormatter
{
    private static readonly RenderedCompactJsonFormatter Json = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var line = new StringWriter(CultureInfo.InvariantCulture);
        Json.Format(logEvent, line);

        // JSON allows U+2028 and its like in a text, which end a line in some viewers; their code says the same.
        ControlCharacters.Write(line.ToString().AsSpan().TrimEnd("\r\n"), output);
        output.WriteLine();
    }
}
