using WebhookReceiver.Inbox.Sqlite.Dedupe;

namespace WebhookReceiver.Tests.Inbox.Dedupe;

public sealed class IdFilterTests
{
    private const int Ids = 100_000;

    private static readonly IdTable Table = Filled();

    [Fact]
    public void MayContain_IdOfTheRun_IsNeverDenied()
    {
        var filter = IdFilter.Of(Table, Ids);

        Assert.All(Enumerable.Range(0, Ids), i => Assert.True(filter.MayContain(HashOf(i))));
    }

    [Fact]
    public void MayContain_OtherIds_AreDeniedButForTwoInTenThousand()
    {
        var filter = IdFilter.Of(Table, Ids);

        var wrong = Enumerable.Range(Ids, 10 * Ids).Count(i => filter.MayContain(HashOf(i)));

        Assert.InRange(wrong, 0, 10 * Ids / 4_000);
    }

    [Fact]
    public void Read_WhatWasWritten_AnswersTheSame()
    {
        var filter = IdFilter.Read(IdFilter.Of(Table, Ids).Bytes);

        Assert.All(Enumerable.Range(0, Ids), i => Assert.True(filter.MayContain(HashOf(i))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(511)]
    [InlineData(513)]
    public void Read_BytesThatAreNoFilter_IsRefused(int length) => Assert.Throws<InvalidDataException>(() => IdFilter.Read(new byte[length]));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 1)]
    [InlineData(110, 1)]
    [InlineData(111, 2)]
    [InlineData(210, 2)]
    [InlineData(1_000, 10)]
    public void Blocks_OfAFewMoreIdsThanARunHas_AreThoseOfARun(int thousands, int runs) =>
        Assert.Equal((int)Math.Ceiling(runs * 100_000 * 18 / 4096.0), new IdFilter(thousands * 1_000, idsPerRun: 100_000).Blocks);

    private static IdTable Filled()
    {
        var table = new IdTable(Ids);
        for (var i = 0; i < Ids; i++)
        {
            table.Add(EventKey.Of(BitConverter.GetBytes(i), seed: 1), new KnownEvent(i, 0, 0, 0));
        }

        return table;
    }

    private static ulong HashOf(int i) => EventKey.Of(BitConverter.GetBytes(i), seed: 1).Hash;
}
