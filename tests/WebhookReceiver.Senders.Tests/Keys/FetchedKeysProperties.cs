using System.Text;

namespace WebhookReceiver.Senders.Tests.Keys;

public sealed class FetchedKeysProperties
{
    private static readonly DateTimeOffset Now = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("google-pubsub")]
    [InlineData("aws-sns")]
    public void Document_Changed_HasKeysOrNone(string sender)
    {
        var plan = SenderPlan.Compile(Rows.Get(sender));
        KeyDocument kind = plan.Definition.Schemes[0].KeySource!.Document;
        PropertyRuns.Changed(plan.GenerateKey().KeyDocument!).Holds(
            text =>
            {
                bool isRead = FetchedKeys.TryRead(kind, Encoding.UTF8.GetBytes(text), Now, out FetchedKeys? keys);

                Assert.Equal(isRead, keys is not null);
                keys?.Find(null, SignatureAlgorithm.Of(plan.Definition.Schemes[0]));
            },
            each: 4);
    }
}
