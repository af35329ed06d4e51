using WebhookReceiver.Diagnostics;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Diagnostics;

/// <summary>When a source is silent, and when more of it is refused than taken.</summary>
public sealed class SourceWatchTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    private readonly SourceActivity _activity = new();
    private readonly SourceWatch _watch = new(TestEvents.Start);
    private DateTimeOffset _now = TestEvents.Start;

    [Fact]
    public void Silence_LongerThanIsSaid_IsAnAlarmUntilTheNextDelivery()
    {
        _activity.Accept(_now);
        Pass(TimeSpan.FromMinutes(30), silenceAfter: TimeSpan.FromMinutes(30));
        Assert.False(_watch.IsSilent);

        Pass(Look, silenceAfter: TimeSpan.FromMinutes(30));
        Assert.True(_watch.IsSilent);

        _activity.Accept(_now);
        Pass(Look, silenceAfter: TimeSpan.FromMinutes(30));
        Assert.False(_watch.IsSilent);
    }

    [Fact]
    public void Silence_OfASourceThatHasSentNothingSinceTheStart_CountsFromThere()
    {
        Pass(TimeSpan.FromHours(1) + Look, silenceAfter: TimeSpan.FromHours(1));

        Assert.True(_watch.IsSilent);
    }

    [Fact]
    public void Silence_ThreeTimesTheLongestPauseThatWasLearned_IsAnAlarm()
    {
        SendFor(TimeSpan.FromHours(25), every: TimeSpan.FromMinutes(20));

        Pass(TimeSpan.FromMinutes(60));
        Assert.False(_watch.IsSilent);
        Pass(TimeSpan.FromMinutes(1));
        Assert.True(_watch.IsSilent);
    }

    [Fact]
    public void Silence_BeforeADayWasSeen_IsNoAlarm()
    {
        SendFor(TimeSpan.FromHours(10), every: TimeSpan.FromMinutes(1));

        Pass(TimeSpan.FromHours(13));

        Assert.False(_watch.IsSilent);
    }

    [Fact]
    public void Silence_OfASourceThatHardlyEverSends_IsNoAlarm()
    {
        SendFor(TimeSpan.FromHours(25), every: TimeSpan.FromHours(2));

        Pass(TimeSpan.FromDays(3));

        Assert.False(_watch.IsSilent);
    }

    [Fact]
    public void Silence_OfABusySource_IsNoAlarmWithinAQuarterOfAnHour()
    {
        SendFor(TimeSpan.FromHours(25), every: TimeSpan.FromMinutes(1));

        Pass(TimeSpan.FromMinutes(15));
        Assert.False(_watch.IsSilent);
        Pass(TimeSpan.FromMinutes(1));
        Assert.True(_watch.IsSilent);
    }

    [Fact]
    public void Silence_AfterAnOutage_IsNotLearnedAsUsual()
    {
        SendFor(TimeSpan.FromHours(25), every: TimeSpan.FromMinutes(20));
        Pass(TimeSpan.FromHours(20));
        SendFor(TimeSpan.FromMinutes(1), every: TimeSpan.FromMinutes(1));

        Pass(TimeSpan.FromHours(3) + TimeSpan.FromMinutes(2));

        Assert.True(_watch.IsSilent);
    }

    [Fact]
    public void Rejections_MoreThanDeliveries_AreAnAlarmForAsLongAsTheyAreRecent()
    {
        Pass(Look);
        Reject(SourceWatch.LeastRejections - 1);
        Pass(Look);
        Assert.False(_watch.IsRefused);

        Reject(1);
        Pass(Look);
        Assert.True(_watch.IsRefused);

        Pass(SourceWatch.Window + Look);
        Assert.False(_watch.IsRefused);
    }

    [Fact]
    public void Rejections_FewerThanDeliveries_AreNone()
    {
        Pass(Look);
        Reject(100);
        for (var i = 0; i < 100; i++)
        {
            _activity.Accept(_now);
        }

        Pass(Look);

        Assert.False(_watch.IsRefused);
    }

    private void Reject(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _activity.Reject();
        }
    }

    private void SendFor(TimeSpan time, TimeSpan every)
    {
        for (var end = _now + time; _now < end;)
        {
            _activity.Accept(_now);
            Pass(every);
        }

        _activity.Accept(_now);
        _watch.Look(_activity, null, _now);
    }

    private void Pass(TimeSpan time, TimeSpan? silenceAfter = null)
    {
        for (var end = _now + time; _now < end;)
        {
            _now += Look;
            _watch.Look(_activity, silenceAfter, _now);
        }
    }
}
