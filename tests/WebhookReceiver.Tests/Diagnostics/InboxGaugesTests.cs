using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Inbox;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Diagnostics;

public sealed class InboxGaugesTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(TestEvents.Start);
    private readonly CountingReader _reader = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _measured = [];

    public InboxGaugesTests()
    {
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            _measured[instrument.Name + (tags.Length == 0 ? "" : $"[{tags[0].Key}={tags[0].Value}]")] = value);
        var factory = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.Start();
        new WebhookMetrics(factory).Observe(new InboxGauges(new FakeInboxStore { OnRead = () => _reader }, _clock));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Collect_EveryState_IsShownAndTheInboxIsAskedOnce()
    {
        _listener.RecordObservableInstruments();

        Assert.Equal(WorkStates.Names.Select(static name => $"webhook.events[webhook.state={name}]").Append("webhook.unaccounted").Append("webhook.purged").Order(StringComparer.Ordinal), _measured.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((6, 17, 23), (_measured["webhook.events[webhook.state=succeeded]"], _measured["webhook.unaccounted"], _measured["webhook.purged"]));
        Assert.Equal(1, _reader.Counted);
    }

    [Fact]
    public void Collect_AgainWithinASecond_DoesNotAskTheInbox()
    {
        _listener.RecordObservableInstruments();
        _clock.Advance(InboxGauges.MaxAge - TimeSpan.FromMilliseconds(1));
        _listener.RecordObservableInstruments();
        Assert.Equal(1, _reader.Counted);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        _listener.RecordObservableInstruments();

        Assert.Equal(2, _reader.Counted);
    }

    [Fact]
    public void Collect_InboxCannotBeRead_ShowsNothingAndDoesNotThrow()
    {
        _reader.Error = new ObjectDisposedException("inbox");
        _listener.RecordObservableInstruments();
        Assert.Empty(_measured);

        _reader.Error = null;
        _listener.RecordObservableInstruments();

        Assert.NotEmpty(_measured);
    }

    private sealed class CountingReader : IInboxReader
    {
        public int Counted { get; private set; }

        public Exception? Error { get; set; }

        public Task<InboxTrouble> LookAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<InboxCounts> CountAsync(CancellationToken cancellationToken)
        {
            if (Error is not null)
            {
                return Task.FromException<InboxCounts>(Error);
            }

            Counted++;
            return Task.FromResult(new InboxCounts(Enum.GetValues<WorkState>().ToDictionary(static state => state, static state => (long)state), Unaccounted: 17, Purged: 23));
        }

        public Task<IReadOnlyList<EventRow>> ListAsync(EventFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();
        public Task<EventBounds?> FindBoundsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();


        public Task<EventDetail?> FindAsync(long seq, long token, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
