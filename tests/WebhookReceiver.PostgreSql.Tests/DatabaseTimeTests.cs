using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.PostgreSql.Tests;

public sealed class DatabaseTimeTests
{
    [Fact]
    public void Of_ClocksThatAreApart_IsTheSameMomentOfTheServer()
    {
        const long Server = 1_800_000_000_000;
        var (ahead, behind) = (new DatabaseTime(), new DatabaseTime());
        ahead.Set(Server, TestEvents.Start.AddMinutes(10));
        behind.Set(Server, TestEvents.Start);

        Assert.Equal(Server + 5000, ahead.Of(TestEvents.Start.AddMinutes(10).AddSeconds(5)));
        Assert.Equal(Server + 5000, behind.Of(TestEvents.Start.AddSeconds(5)));
    }
}
