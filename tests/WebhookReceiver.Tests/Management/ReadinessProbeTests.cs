using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;
using WebhookReceiver.Sources;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Management;

public sealed class ReadinessProbeTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(TestEvents.Start);
    private readonly FakeInboxStore _store = new();
    private readonly SourceRegistry _sources = new();
    private readonly Lifetime _lifetime = new();
    private readonly DrainState _drain;
    private readonly ReadinessProbe _probe;

    public ReadinessProbeTests()
    {
        var options = new WebhookReceiverOptions { Dispatch = { DrainDelay = TimeSpan.Zero } };
        _drain = new DrainState(_store, Options.Create(options), new Microsoft.Extensions.Hosting.Internal.HostingEnvironment(), _clock, NullLogger<DrainState>.Instance);
        _probe = new ReadinessProbe(_store, _sources, _drain, _lifetime, _clock);
        _sources.Replace(new Dictionary<string, WebhookSource>());
        _lifetime.Start();
    }

    public async ValueTask DisposeAsync()
    {
        _lifetime.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Check_AllIsWell_IsReady() => Assert.Equal("ready", await StatusAsync());

    [Fact]
    public async Task Check_SourcesAreNotLoaded_IsStarting() =>
        Assert.Equal("starting", (await new ReadinessProbe(_store, new SourceRegistry(), _drain, _lifetime, _clock).CheckAsync()).Status);

    [Fact]
    public async Task Check_ListenersAreNotOpen_IsStarting()
    {
        using var lifetime = new Lifetime();

        Assert.Equal("starting", (await new ReadinessProbe(_store, _sources, _drain, lifetime, _clock).CheckAsync()).Status);
    }

    [Fact]
    public async Task Check_StoreHasFailed_IsFailed()
    {
        _store.HasFailed = true;

        Assert.Equal("failed", await StatusAsync());
        Assert.Equal(0, _store.Probes);
    }

    [Fact]
    public async Task Check_DiskIsNearlyFull_IsFullUntilThereIsRoom()
    {
        const long Total = 100L << 30;
        _store.Space = new InboxSpace((512L << 20) - 1, Total);
        Assert.Equal("full", await StatusAsync());

        _store.Space = new InboxSpace(512L << 20, Total);
        Assert.Equal("ready", await StatusAsync());
    }

    [Fact]
    public async Task Check_ManyAtOnceWhileTheDiskStandsStill_LetOneWriteWait()
    {
        var never = new TaskCompletionSource();
        _store.OnProbe = () => never.Task;
        var checks = Enumerable.Range(0, 10).Select(_ => _probe.CheckAsync()).ToArray();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await Task.WhenAll(checks);
        var later = _probe.CheckAsync();
        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("failed", (await later).Status);
        Assert.All(checks, static check => Assert.Equal("failed", check.Result.Status));
        Assert.Equal(1, _store.Probes);
        never.SetResult();
        Assert.Equal("ready", await StatusAsync());
    }

    [Fact]
    public async Task Check_NoCommitIsPossible_IsFailedUntilOneIs()
    {
        _store.OnProbe = static () => throw new InvalidOperationException("The disk is full.");
        Assert.Equal("failed", await StatusAsync());

        _store.OnProbe = static () => Task.CompletedTask;
        Assert.Equal("ready", await StatusAsync());
    }

    [Fact]
    public async Task Check_CommitTakesTooLong_IsFailed()
    {
        var never = new TaskCompletionSource();
        _store.OnProbe = () => never.Task;
        var check = _probe.CheckAsync();

        _clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("failed", (await check).Status);
    }

    [Fact]
    public async Task Check_OftenInTwoSeconds_CommitsOnce()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("ready", await StatusAsync());
        }

        Assert.Equal(1, _store.Probes);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("ready", await StatusAsync());
        Assert.Equal(2, _store.Probes);
    }

    [Fact]
    public async Task Check_OnceAStopIsUnderWay_IsDraining()
    {
        await _drain.StoppingAsync(TestContext.Current.CancellationToken);

        Assert.Equal("draining", await StatusAsync());
    }

    private async Task<string> StatusAsync() => (await _probe.CheckAsync()).Status;

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _started = new();

        public CancellationToken ApplicationStarted => _started.Token;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void Start() => _started.Cancel();

        public void StopApplication() => throw new NotSupportedException();

        public void Dispose() => _started.Dispose();
    }
}
