using System.Reflection;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;

namespace WebhookReceiver.Tests.Diagnostics;

public sealed class LogTests
{
    [Fact]
    public void Messages_WhateverTheyName_LeaveEventIdToTheLogger()
    {
        var messages = typeof(Log).GetMethods().Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message).OfType<string>().ToArray();

        // Serilog writes the logger's own EventId under that name, and it would stand where the sender's id was meant.
        Assert.NotEmpty(messages);
        Assert.DoesNotContain(messages, static message => message.Contains("{EventId", StringComparison.Ordinal));
    }
}
