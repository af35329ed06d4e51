using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests;

public sealed class DatabaseTimeTests
{
    [Fact]
    public void Of_ClocksThatAreApart_IsTheSameMomentOfTheServer()
    {
        const long Server = 1_800_000_000_000;
        var (ahead, behind) = (new DatabaseTime(new FakeTimeProvider(TestEvents.Start.AddMinutes(10))), new DatabaseTime(new FakeTimeProvider(TestEvents.Start)));
        ahead.Set(Server);
        behind.Set(Server);

        Assert.Equal(Server + 5000, ahead.Of(TestEvents.Start.AddMinutes(10).AddSeconds(5)));
        Assert.Equal(Server + 5000, behind.Of(TestEvents.Start.AddSeconds(5)));
    }

    [Fact]
    public void Of_ClockThatWasSetBack_MakesNothingDueEarlier()
    {
        const long Server = 1_800_000_000_000;
        var clock = new FakeTimeProvider(TestEvents.Start);
        var (due, time) = (new DueClock(clock), new DatabaseTime(clock));
        time.Set(Server);
        Assert.Equal(Server, time.Of(due.Now));

        clock.AdjustTime(TestEvents.Start.AddHours(-1));
        time.Set(Server);

        Assert.Equal(Server, time.Of(due.Now));
    }
}
