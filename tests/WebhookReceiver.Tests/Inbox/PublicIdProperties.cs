using CsCheck;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Inbox;

public sealed class PublicIdProperties
{
    [Fact]
    public void Id_OfAnyNumbers_ReadsBackTheSame() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Gen.Long).Holds(static (seq, token) =>
        {
            Assert.True(PublicId.TryParse(PublicId.Format(seq, token), out var readSeq, out var readToken));
            Assert.Equal((seq, token), (readSeq, readToken));
        });

    [Fact]
    public void Id_OfAnyText_IsTheOnlyTextOfItsNumbers() =>
        Gen.Select(Gen.Long[1, long.MaxValue], Gen.Long).SelectMany(static (seq, token) => Gen.OneOf(
            PropertyRuns.Changed(PublicId.Format(seq, token)),
            Gen.Char["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].Select(last => PublicId.Format(seq, token)[..^1] + last))).Holds(static text =>
                Assert.True(!PublicId.TryParse(text, out var seq, out var token) || PublicId.Format(seq, token) == text, text));
}
