using WebhookReceiver.Inbox;

namespace WebhookReceiver.Tests.Inbox;

public sealed class PublicIdTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(long.MaxValue, 0x0123456789ABCDEF)]
    public void Format_AnyNumbers_ReadsBackTheSame(long seq, long token)
    {
        var id = PublicId.Format(seq, token);

        Assert.True(PublicId.TryParse(id, out var readSeq, out var readToken));
        Assert.Equal((seq, token), (readSeq, readToken));
        Assert.Matches("^whe_[A-Za-z0-9_-]{22}$", id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("whe_")]
    [InlineData("whe_AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("whe_AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("whe_AAAAAAAAAAAAAAAAAAAAA+")]
    [InlineData("evt_AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("whe_AAAAAAAAAAAAAAAAAAAAAA")] // the number 0
    public void TryParse_AnythingElse_IsNotOurs(string text) => Assert.False(PublicId.TryParse(text, out _, out _));
}
