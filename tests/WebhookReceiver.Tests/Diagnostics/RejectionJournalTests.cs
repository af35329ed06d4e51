using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Tests.Support;

namespace WebhookReceiver.Tests.Diagnostics;

/// <summary>What is left of a refused delivery: one line, one count, one entry, and none of them without bound.</summary>
public sealed class RejectionJournalTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(TestEvents.Start);
    private readonly RecordedLog<RejectionJournal> _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _meters = new();
    private readonly List<(string Name, string? Source, string? Detail)> _counted = [];
    private readonly WebhookMetrics _metrics;
    private readonly RejectionJournal _journal;

    public RejectionJournalTests()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => _counted.Add((instrument.Name, (string?)tags[0].Value, (string?)tags[1].Value)));
        _meters.Start();
        _metrics = new WebhookMetrics(factory);
        _journal = new RejectionJournal(_metrics, _clock, _log);
    }

    public void Dispose()
    {
        _meters.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Add_OneRejection_IsOneLineOneCountAndOneEntry()
    {
        var rejection = New("whd_1", RejectionReason.SignatureMismatch);

        _journal.Add(rejection);

        var (id, level, message, values) = Assert.Single(_log.Lines);
        Assert.Equal((EventIds.DeliveryRejected, LogLevel.Information), (id, level));
        Assert.Equal("Rejected delivery whd_1 for default: SignatureMismatch [WHR2000], 401, from 192.0.2.7, 42 bytes", message);
        Assert.Equal(["BodyBytes", "Code", "DeliveryId", "Reason", "RemoteAddress", "Source", "Status"], values.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([("webhook.deliveries", "default", "rejected"), ("webhook.rejections", "default", "SignatureMismatch")], _counted);
        Assert.Equal([rejection], _journal.Newest(10));
        Assert.Equal(1, _metrics.Rejected);
    }

    [Fact]
    public void Add_FloodAtTheTurnOfASecond_IsTenLines()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _journal.Add(New($"whd_{i}", RejectionReason.SignatureMismatch) with { At = TestEvents.Start + TimeSpan.FromSeconds(i % 2) });
        }

        Assert.Equal(10, _log.Lines.Count);
    }

    [Fact]
    public void Add_Flood_IsTenLinesASecondForEachReasonAndCountedInFull()
    {
        for (var i = 0; i < 1_000; i++)
        {
            _journal.Add(New($"whd_{i}", RejectionReason.SignatureMismatch));
        }

        _journal.Add(New("whd_other", RejectionReason.UnknownSource));
        Assert.Equal(10, _log.Lines.Count(static line => line.Values["Reason"] is RejectionReason.SignatureMismatch));
        Assert.Equal(1, _log.Lines.Count(static line => line.Values["Reason"] is RejectionReason.UnknownSource));
        Assert.Equal(1_001, _metrics.Rejected);

        _log.Clear();
        _clock.Advance(TimeSpan.FromSeconds(1));
        _journal.Add(New("whd_later", RejectionReason.SignatureMismatch));
        _journal.Add(New("whd_later", RejectionReason.UnknownSource));

        Assert.Equal(
            [EventIds.RejectionsSuppressed, EventIds.DeliveryRejected, EventIds.DeliveryRejected],
            _log.Lines.Select(static line => line.Id));
        Assert.Equal("990 more rejections for SignatureMismatch were not logged", _log.Lines[0].Message);
    }

    [Fact]
    public void Newest_AfterMoreThanAThousand_AreTheLastThousandNewestFirst()
    {
        for (var i = 0; i < 1_100; i++)
        {
            _journal.Add(New($"whd_{i}", RejectionReason.SignatureMismatch));
        }

        Assert.Equal(Enumerable.Range(100, 1_000).Reverse().Select(static i => $"whd_{i}"), _journal.Newest(2_000).Select(static rejection => rejection.DeliveryId));
        Assert.Equal(["whd_1099", "whd_1098"], _journal.Newest(2).Select(static rejection => rejection.DeliveryId));
    }

    private Rejection New(string id, RejectionReason reason) => new(id, _journal.Now, "default", reason, "WHR2000", 401, "192.0.2.7", 42);
}
