using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using WebhookReceiver.Host.Logging;

namespace WebhookReceiver.Host.Tests.Logging;

public sealed class ServerLinesTests : IDisposable
{
    private const string Connections = "Microsoft.AspNetCore.Server.Kestrel.Connections";

    private readonly FakeTimeProvider _clock = new();
    private readonly Lines _lines = new();
    private readonly SerilogLoggerFactory _loggers;

    public ServerLinesTests() =>
        _loggers = new SerilogLoggerFactory(new LoggerConfiguration().MinimumLevel.Debug().Filter.With(new ServerLines(_clock)).WriteTo.Sink(_lines).CreateLogger(), dispose: true);

    public void Dispose() => _loggers.Dispose();

    [Fact]
    [Trait("Attack", "A75")]
    public void Server_SaysOneThingAgainAndAgain_TenLinesASecondAreLeft()
    {
        Say(Connections, "ConnectionRejected", times: 1000);
        Assert.Equal(10, _lines.Count);

        _clock.Advance(TimeSpan.FromSeconds(1));
        Say(Connections, "ConnectionRejected", times: 1000);
        Assert.Equal(20, _lines.Count);
        Assert.Equal(990, Assert.Single(_lines.Suppressed));
    }

    [Fact]
    public void Server_SaysSomethingElse_IsHeardBesideAFlood()
    {
        Say(Connections, "ConnectionRejected", times: 1000);

        Say("Microsoft.AspNetCore.Server.Kestrel", "HeartbeatSlow");

        Assert.Equal(11, _lines.Count);
    }

    [Fact]
    public void Others_SayAsMuchAsTheyLike_AreHeard()
    {
        Say("WebhookReceiver.Dispatch.Dispatcher", "EventDead", times: 1000);

        Assert.Equal(1000, _lines.Count);
    }

    [Fact]
    [Trait("Attack", "A75")]
    public void Server_CouldNotThrowABodyAway_IsNotWorthALine()
    {
        Say("Microsoft.AspNetCore.Server.Kestrel", "RequestBodyDrainBodyReaderInvalidState");

        Assert.Equal(0, _lines.Count);
    }

    [Fact]
    public void Server_AtDebug_IsHeard()
    {
        Say(Connections, "ConnectionRejected", times: 1000, LogLevel.Debug);

        Assert.Equal(1000, _lines.Count);
    }

    private void Say(string category, string name, int times = 1, LogLevel level = LogLevel.Warning)
    {
        var logger = _loggers.CreateLogger(category);
        for (var i = 0; i < times; i++)
        {
            logger.Log(level, new EventId(1, name), "something", null, static (text, _) => text);
        }
    }

    private sealed class Lines : ILogEventSink
    {
        public int Count { get; private set; }

        public List<int> Suppressed { get; } = [];

        public void Emit(LogEvent logEvent)
        {
            Count++;
            Suppressed.AddRange(logEvent.Properties.Where(static property => property.Key == nameof(Suppressed)).Select(static property => (int)((ScalarValue)property.Value).Value!));
        }
    }
}
