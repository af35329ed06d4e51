using System.Net;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Testing.Tests;

/// <summary>What a test sends is what the sender would send, whatever its row says.</summary>
public sealed class EverySenderTests(EverySender every) : IClassFixture<EverySender>
{
    public static TheoryData<string> Senders => [.. SenderCatalog.Ids];

    [Theory]
    [MemberData(nameof(Senders))]
    public async Task SendAsync_TypeAndDataOfTheTest_AreWhatIsStored(string sender)
    {
        var (row, type) = RowOf(sender);

        var delivery = await every.Host.SendAsync(sender, type, new { amount = 7 });
        var other = await every.Host.SendAsync(sender, type, new { amount = 7.5 });

        Assert.True(delivery.IsAccepted && !delivery.IsDuplicate, $"{delivery} {delivery.Body}");
        Assert.True(other.IsAccepted && !other.IsDuplicate, $"{other} {other.Body}");
        Assert.NotEqual(delivery.Id, other.Id);
        var handled = await delivery.HandledAsync();
        Assert.Equal((sender, type), (handled.Source, handled.Type));
        Assert.Equal(row.Answer.Status, (int)delivery.Status);
    }

    [Theory]
    [MemberData(nameof(Senders))]
    public async Task SendAsync_IdOfTheTest_IsTheEventsWhereTheSenderHasIds(string sender)
    {
        var (row, type) = RowOf(sender);
        var plan = SenderPlan.Compile(row);
        var signed = plan.Event.Each.Count == 0 && plan.SignedId(0) is not null;
        if (row.Duplicates == DuplicateRule.None || (!signed && plan.Event.Id[0].Parts is not [{ Kind: not (TemplatePartKind.Digest or TemplatePartKind.ItemDigest) }]))
        {
            return; // Its events have no ids, or ids that are put together of what they say.
        }

        var id = "8000" + sender.Length;
        var delivery = await every.Host.SendAsync(sender, type, new { amount = 7 }, request => request.WithId(id));
        var again = await every.Host.SendAsync(sender, type, new { amount = 7 }, request => request.WithId(id));

        Assert.Equal(id, (await delivery.HandledAsync()).EventId);
        Assert.Equal((true, delivery.Id), (again.IsDuplicate, again.Id));
    }

    [Theory]
    [MemberData(nameof(Senders))]
    public async Task SendSampleAsync_IsAcceptedAndThenKnown(string sender)
    {
        var (row, type) = RowOf(sender);

        var delivery = await every.Host.SendSampleAsync(sender);
        var again = await delivery.SendAgainAsync();

        Assert.True(delivery.IsAccepted, $"{delivery} {delivery.Body}");
        Assert.Equal(type, (await delivery.HandledAsync()).Type);
        Assert.Equal(row.Duplicates != DuplicateRule.None, again.IsDuplicate);
        Assert.Equal(again.IsDuplicate, delivery.Id == again.Id);
    }

    [Theory]
    [MemberData(nameof(Senders))]
    public async Task SendAsync_Tampered_IsRejected(string sender)
    {
        var (row, type) = RowOf(sender);
        Task<TestDelivery> Send(Action<TestRequest> change) => every.Host.SendAsync(sender, type, new { amount = 7 }, change);

        string[] wrong = ["SignatureMismatch", "SignedDigestMismatch"];
        var signature = await Send(static request => request.TamperSignature());
        var secret = await Send(static request => request.WithOtherSecret());
        var none = await Send(static request => request.WithoutSignature());
        Assert.All([signature, secret], rejected => Assert.Equal((HttpStatusCode.Unauthorized, true), (rejected.Status, wrong.Contains(rejected.Rejection))));
        Assert.Equal("401 WHR2000 SignatureMissing", none.ToString());

        if (SenderPlan.Compile(row).Coverage == SignatureCoverage.Body)
        {
            var body = await Send(static request => request.TamperBody());
            Assert.Equal((HttpStatusCode.Unauthorized, true), (body.Status, wrong.Contains(body.Rejection)));
        }
        else
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => Send(static request => request.TamperBody()));
        }
    }

    private static (SenderDefinition Row, string Type) RowOf(string sender)
    {
        Assert.True(SenderCatalog.TryGet(sender, out var row));
        return (row, row.Sample!.Type);
    }
}
