using WebhookReceiver.Inbox.Sqlite.Dedupe;

namespace WebhookReceiver.Tests.Inbox.Dedupe;

public sealed class RunFiltersTests
{
    private const int IdsPerRun = 1_000;
    private const int Runs = 100; // several groups, the last one not full

    [Fact]
    public void MayContain_IdOfAnyRun_NamesItsRunAndAlmostNoOther()
    {
        var (filters, named) = (Filled(), 0);

        for (var id = 0; id < Runs * IdsPerRun; id++)
        {
            var runs = RunsOf(filters, id);
            Assert.Contains(RunOf(id), runs);
            named += runs.Count;
        }

        Assert.InRange(named, Runs * IdsPerRun, Runs * IdsPerRun * 11 / 10); // a hundred filters that are wrong twice in ten thousand times
    }

    [Fact]
    public void MayContain_AnyId_AgreesWithTheFiltersOneByOne()
    {
        var filters = Filled();
        IdFilter[] alone = [.. Enumerable.Range(0, Runs).Select(FilterOf)];

        for (var id = 0; id < 2 * Runs * IdsPerRun; id += 7)
        {
            var expected = Enumerable.Range(0, Runs).Where(i => alone[i].MayContain(HashOf(id))).Select(NumberOf).Reverse();
            Assert.Equal(expected, RunsOf(filters, id));
        }
    }

    [Fact]
    public void MayContain_IdThatSeveralRunsHold_NamesTheNewestFirst()
    {
        var filters = new RunFilters();
        for (var run = 0; run < Runs; run++)
        {
            filters.Add(run, FilterOf(0));
        }

        Assert.Equal(Enumerable.Range(0, Runs).Select(static run => (long)run).Reverse(), RunsOf(filters, 5));
    }

    [Fact]
    public void RemoveOldest_OneAfterAnother_ForgetsThatRunAlone()
    {
        var filters = Filled();
        for (var removed = 0; removed < Runs; removed++)
        {
            Assert.Contains(NumberOf(removed), RunsOf(filters, removed * IdsPerRun));

            filters.RemoveOldest();

            Assert.DoesNotContain(NumberOf(removed), RunsOf(filters, removed * IdsPerRun));
            Assert.True(removed == Runs - 1 || RunsOf(filters, (Runs - 1) * IdsPerRun).Contains(NumberOf(Runs - 1)));
        }

        Assert.Empty(RunsOf(filters, 5));
    }

    [Fact]
    public void Add_AfterRemovals_IsFound()
    {
        var filters = Filled();
        for (var run = Runs; run < 3 * Runs; run++)
        {
            filters.RemoveOldest();
            filters.Add(NumberOf(run), FilterOf(run));
        }

        Assert.All(Enumerable.Range(2 * Runs, Runs), run => Assert.Contains(NumberOf(run), RunsOf(filters, run * IdsPerRun)));
        Assert.DoesNotContain(NumberOf((2 * Runs) - 1), RunsOf(filters, ((2 * Runs) - 1) * IdsPerRun));
    }

    [Fact]
    public void Add_FilterOfAnotherSize_IsAskedToo()
    {
        var filters = new RunFilters();
        filters.Add(1, FilterOf(0));
        var large = new IdFilter(3 * IdsPerRun, IdsPerRun);
        large.Add(HashOf(-1));
        Assert.NotEqual(FilterOf(0).Blocks, large.Blocks);
        filters.Add(2, large);
        filters.Add(3, FilterOf(2));

        Assert.Equal([1L], RunsOf(filters, 0));
        Assert.Equal([2L], RunsOf(filters, -1));
        Assert.Equal([3L], RunsOf(filters, 2 * IdsPerRun));
    }

    private static RunFilters Filled()
    {
        var filters = new RunFilters();
        for (var run = 0; run < Runs; run++)
        {
            filters.Add(NumberOf(run), FilterOf(run));
        }

        return filters;
    }

    private static IdFilter FilterOf(int run)
    {
        var filter = new IdFilter(IdsPerRun, IdsPerRun);
        for (var i = 0; i < IdsPerRun; i++)
        {
            filter.Add(HashOf((run * IdsPerRun) + i));
        }

        return filter;
    }

    /// <summary>Numbers have gaps where a run was not completed.</summary>
    private static long NumberOf(int run) => (3 * run) + 1;

    private static long RunOf(int id) => NumberOf(id / IdsPerRun);

    private static List<long> RunsOf(RunFilters filters, int id)
    {
        var runs = new List<long>();
        foreach (var run in filters.MayContain(HashOf(id)))
        {
            runs.Add(run);
        }

        return runs;
    }

    private static ulong HashOf(int id) => EventKey.Of(BitConverter.GetBytes(id), seed: 1).Hash;
}
