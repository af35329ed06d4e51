using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Inbox;
using WebhookReceiver.Management;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Testing;

/// <summary>
/// What a test does with a running program: sends it signed events, waits for their handling, reads its inbox. Deliveries take the real way,
/// through the program's pipeline and its verifier. Safe from any thread.
/// </summary>
public sealed class WebhookTester
{
    private static readonly Uri BaseAddress = new("https://localhost/");

    private readonly IServiceProvider _services;
    private readonly WebhookTestOptions _options;
    private readonly TestSettings _settings;
    private readonly IInboxStore _store;
    private readonly Dispatcher _dispatcher;
    private readonly SourceRegistry _sources;
    private readonly RejectionJournal _rejections;
    private readonly DispatchSignal _signal;
    private readonly TestInboxDirectory _directory;
    private readonly ConcurrentDictionary<(string Source, string Digest), string> _sent = new();
    private readonly Lock _clockGate = new();
    private int _inFlight;
    private int _lastId;

    internal WebhookTester(IServiceProvider services)
    {
        _services = services;
        _options = services.GetRequiredService<WebhookTestOptions>();
        _settings = services.GetRequiredService<TestSettings>();
        _store = services.GetRequiredService<IInboxStore>();
        _dispatcher = services.GetRequiredService<Dispatcher>();
        _sources = services.GetRequiredService<SourceRegistry>();
        _rejections = services.GetRequiredService<RejectionJournal>();
        _signal = new DispatchSignal(_dispatcher);
        _directory = services.GetRequiredService<TestInboxDirectory>();
    }

    /// <summary>The program's only clock. Advancing it drives retries, time limits and everything else that asks a <see cref="TimeProvider"/>.</summary>
    public FakeTimeProvider Clock => _options.Clock;

    private TestServer Server => _services.GetRequiredService<IServer>() as TestServer
        ?? throw new InvalidOperationException("The program does not run on a TestServer: send requests to its address, signed by WebhookSigner.");

    /// <summary>Sends an ordinary event, signed as the sender would.</summary>
    /// <param name="source">The source it goes to.</param>
    /// <param name="type">The event's type, such as <c>new_order</c> or <c>pull_request.opened</c>.</param>
    /// <param name="data">The event's data, written as JSON where this sender has it.</param>
    /// <param name="change">Changes the request before it is sent, for example <c>request => request.TamperBody()</c>.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The delivery with its answer.</returns>
    /// <exception cref="ArgumentException">There is no such source, or its sender cannot send such an event.</exception>
    /// <exception cref="InvalidOperationException">The program maps no webhooks, or does not run on a test server.</exception>
    public Task<TestDelivery> SendAsync(
        string source, string type, object? data, Action<TestRequest>? change = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        var plan = Source(source).Plan;
        return SendAsync(source, change, (id, isIdChosen, at) => EventWriter.Write(plan, type, data, id, isIdChosen, at), cancellationToken);
    }

    /// <summary>Sends exactly these bytes, signed as the sender would.</summary>
    /// <param name="source">The source they go to.</param>
    /// <param name="body">The body.</param>
    /// <param name="change">Changes the request before it is sent, for example its headers.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The delivery with its answer.</returns>
    /// <exception cref="ArgumentException">There is no such source.</exception>
    /// <exception cref="InvalidOperationException">The program maps no webhooks, or does not run on a test server.</exception>
    public Task<TestDelivery> SendBodyAsync(
        string source, ReadOnlyMemory<byte> body, Action<TestRequest>? change = null, CancellationToken cancellationToken = default)
    {
        var plan = Source(source).Plan;
        return SendAsync(source, change, (id, _, _) => EventContent.Of(plan, body.ToArray(), id), cancellationToken);
    }

    /// <summary>Sends the sample event of the source's sender, signed.</summary>
    /// <param name="source">The source it goes to.</param>
    /// <param name="change">Changes the request before it is sent.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The delivery with its answer.</returns>
    /// <exception cref="ArgumentException">There is no such source, or its sender has no sample.</exception>
    /// <exception cref="InvalidOperationException">The program maps no webhooks, or does not run on a test server.</exception>
    public Task<TestDelivery> SendSampleAsync(string source, Action<TestRequest>? change = null, CancellationToken cancellationToken = default)
    {
        var row = Source(source).Plan.Definition;
        var sample = row.Sample ?? throw new ArgumentException($"{row.Name} has no sample.", nameof(source));
        return SendBodyAsync(source, System.Text.Encoding.UTF8.GetBytes(sample.Body), change, cancellationToken);
    }

    /// <summary>Sends exactly these bytes with exactly these headers, unsigned: a request as it was captured, or none that any sender makes.</summary>
    /// <param name="source">The source they go to; it need not exist.</param>
    /// <param name="body">The body.</param>
    /// <param name="headers">The headers; <c>Content-Type</c> is <c>application/json</c> where they do not say.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <returns>The delivery with its answer.</returns>
    /// <exception cref="InvalidOperationException">The program maps no webhooks, or does not run on a test server.</exception>
    public Task<TestDelivery> SendRawAsync(
        string source, ReadOnlyMemory<byte> body, IEnumerable<KeyValuePair<string, string>>? headers = null, CancellationToken cancellationToken = default)
    {
        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/json" };
        foreach (var (name, value) in headers ?? [])
        {
            all[name] = value;
        }

        return SendAsync(new PreparedRequest(source, body.ToArray(), all, Query: "", EventId: null), cancellationToken);
    }

    /// <summary>The stored events, newest first.</summary>
    /// <param name="state">Only those in this state; <see langword="null"/> (the default) for all.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>All of them, as they are at this moment.</returns>
    public async Task<IReadOnlyList<StoredEvent>> EventsAsync(EventState? state = null, CancellationToken cancellationToken = default)
    {
        WorkState? wanted = state is { } value ? Enum.Parse<WorkState>(value.ToString()) : null;
        var events = new List<StoredEvent>();
        long? before = null;
        IReadOnlyList<EventRow> page;
        do
        {
            page = await _store.Reader.ListAsync(new EventFilter(null, null, wanted, 200, before), cancellationToken).ConfigureAwait(false);
            foreach (var row in page)
            {
                before = row.Seq;
                if (await FindAsync(row.Id, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    events.Add(StoredEvent.From(found));
                }
            }
        }
        while (page.Count > 0);

        return events;
    }

    /// <summary>The dead letters, newest first: events with a handler that failed for good or used up its attempts.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>All of them, as they are at this moment.</returns>
    public Task<IReadOnlyList<StoredEvent>> DeadLettersAsync(CancellationToken cancellationToken = default) => EventsAsync(EventState.Dead, cancellationToken);

    /// <summary>
    /// Gives a source a new secret, with which it is signed from now on, as an operator does who rotates it. Sign with the old one by
    /// <see cref="TestRequest.WithPreviousSecret"/>.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="keepPrevious">Whether the secrets of before are accepted too. The default is <see langword="false"/>.</param>
    /// <exception cref="ArgumentException">There is no such source.</exception>
    public void RotateSecret(string source, bool keepPrevious = false)
    {
        _settings.Rotate(source, Source(source).Plan.Definition, keepPrevious);
        var options = _services.GetRequiredService<IOptionsFactory<WebhookReceiverOptions>>().Create(Options.DefaultName);
        _sources.Replace(options.CompiledSources);
    }

    /// <summary>
    /// A client of the management surface, with its token. Every other client of a test server is on the public surface, where the management
    /// API does not answer.
    /// </summary>
    /// <returns>A client of the caller's own, which disposes of it.</returns>
    /// <exception cref="InvalidOperationException">The program has no management surface, or does not run on a test server.</exception>
    public HttpClient CreateManagementClient()
    {
        if (_services.GetService<ManagementSurface>() is null)
        {
            throw new InvalidOperationException("The program has no management surface: call builder.AddWebhookManagement() and app.UseWebhookManagement().");
        }

        var handler = Server.CreateHandler(static context => context.Features.Set(new ManagementSurfaceFeature()));
        var client = new HttpClient(handler, disposeHandler: true) { BaseAddress = BaseAddress };
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", _services.GetRequiredService<IOptions<WebhookReceiverOptions>>().Value.Management.Token);
        return client;
    }

    internal async Task<TestDelivery> SendAsync(PreparedRequest request, CancellationToken cancellationToken)
    {
        var before = await LastSeqAsync(cancellationToken).ConfigureAwait(false);
        lock (_clockGate)
        {
            _inFlight++;
        }

        HttpResponseMessage response;
        string body;
        try
        {
            var address = request.Address ?? UsualAddress(request.Source);
            using var client = new HttpClient(Server.CreateHandler(context => context.Connection.RemoteIpAddress = address), disposeHandler: true) { BaseAddress = BaseAddress };
            using var message = Message(request);
            response = await client.SendAsync(message, cancellationToken).ConfigureAwait(false);
            body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_clockGate)
            {
                _inFlight--;
            }

            _signal.Raise();
        }

        using (response)
        {
            var receipt = await ReceiptAsync(request, response, body, before, cancellationToken).ConfigureAwait(false);
            return new TestDelivery(this, request, response.StatusCode, body, receipt);
        }
    }

    /// <summary>
    /// Ends the inbox, when the host has stopped. The program ends the host as well as the factory does, and what the other one has begun to
    /// dispose of neither waits for.
    /// </summary>
    internal async Task CloseInboxAsync()
    {
        await _store.DisposeAsync().ConfigureAwait(false);
        _directory.Dispose();
    }

    internal Task<StoredEvent> HandledAsync(TestDelivery delivery, bool advanceClock, TimeSpan? timeout, CancellationToken cancellationToken) =>
        WaitAsync(delivery, "handled", advanceClock, timeout, static found => found.State >= WorkState.Dead, cancellationToken);

    internal Task<StoredEvent> AttemptedAsync(TestDelivery delivery, int attempts, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        var what = string.Create(CultureInfo.InvariantCulture, $"attempted {attempts} times");
        return WaitAsync(delivery, what, advanceClock: false, timeout, found =>
        {
            var missing = found.Work.Where(work => work.Attempts.Count < attempts).ToArray();
            return missing.Length > 0 && missing.Any(static work => work.State >= WorkState.Dead)
                ? throw new InvalidOperationException($"The event will not be {what}: a handler has ended before.{Environment.NewLine}{StoredEvent.From(found)}")
                : missing.Length == 0;
        }, cancellationToken);
    }

    private async Task<StoredEvent> WaitAsync(
        TestDelivery delivery, string what, bool advanceClock, TimeSpan? timeout, Func<EventDetail, bool> isReached, CancellationToken cancellationToken)
    {
        var id = delivery.Id ?? throw new InvalidOperationException($"The delivery carries no event that could be {what}: {delivery}.");
        var limit = timeout ?? _options.Timeout;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = -1;
        while (true)
        {
            var changed = _signal.Next;
            var found = await FindAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"The inbox does not have the event {id} any more.");
            if (isReached(found))
            {
                return StoredEvent.From(found);
            }

            if (advanceClock)
            {
                AdvanceTo(found);
            }

            var ended = found.Work.Sum(static work => work.Attempts.Count);
            if (ended != attempts && !Debugger.IsAttached)
            {
                // Each attempt has the whole time, however many there are.
                attempts = ended;
                ending.CancelAfter(limit);
            }

            try
            {
                await changed.WaitAsync(ending.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException(await TimelineAsync(id, what, limit).ConfigureAwait(false));
            }
        }
    }

    /// <summary>Advances the clock to the next attempt of an event, unless something runs: its time limit would pass as well.</summary>
    private void AdvanceTo(EventDetail found)
    {
        var open = found.Work.Where(static work => work.State < WorkState.Dead).ToArray();
        if (!open.All(static work => work is { State: WorkState.Scheduled or WorkState.Pending, DueAt: not null }))
        {
            return;
        }

        lock (_clockGate)
        {
            if (_inFlight > 0 || _dispatcher.InMemory > 0)
            {
                return; // Whatever it is, its end is a signal, and this is asked again.
            }

            var delay = open.Min(static work => work.DueAt!.Value) - Clock.GetUtcNow();
            if (delay > TimeSpan.Zero)
            {
                Clock.Advance(delay);
            }
        }

        _dispatcher.Wake();
    }

    private async Task<string> TimelineAsync(string id, string what, TimeSpan limit)
    {
        var found = await FindAsync(id, CancellationToken.None).ConfigureAwait(false);
        var timeline = found is null ? "The inbox does not have it any more." : StoredEvent.From(found).ToString();
        return string.Create(CultureInfo.InvariantCulture, $"The event was not {what} within {limit.TotalSeconds:0.###} s of real time. Its timeline:")
            + $"{Environment.NewLine}{timeline}{Environment.NewLine}"
            + string.Create(CultureInfo.InvariantCulture, $"The test's clock says {StoredEvent.Time(Clock.GetUtcNow())}; {_dispatcher.InMemory} attempts are running or waiting for a handler.");
    }

    private Task<TestDelivery> SendAsync(
        string source, Action<TestRequest>? change, Func<string, bool, DateTimeOffset, EventContent> content, CancellationToken cancellationToken)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"evt_{Interlocked.Increment(ref _lastId):0000}");
        var request = new TestRequest(Source(source), id, Clock.GetUtcNow(), _settings, content);
        change?.Invoke(request);
        return SendAsync(request.Build(), cancellationToken);
    }

    /// <summary>Where the sender would send from.</summary>
    private IPAddress UsualAddress(string source) =>
        _sources.TryGet(source, out var found) && found.AllowedAddresses is [var network, ..] ? network.BaseAddress : IPAddress.Loopback;

    private HttpRequestMessage Message(PreparedRequest request)
    {
        var links = _services.GetRequiredService<LinkGenerator>();
        var path = request.Source == WebhookReceiverOptions.DefaultSourceName
            ? links.GetPathByName("ReceiveDefaultWebhook")
            : links.GetPathByName("ReceiveWebhook", new { source = request.Source });
        if (path is null)
        {
            throw new InvalidOperationException("The program has no webhook routes: call app.MapWebhooks().");
        }

        var message = new HttpRequestMessage(HttpMethod.Post, request.Query.Length > 0 ? $"{path}?{request.Query}" : path)
        {
            Content = new ByteArrayContent(request.Body),
        };
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return message;
    }

    private async Task<DeliveryReceipt> ReceiptAsync(
        PreparedRequest request, HttpResponseMessage response, string body, long before, CancellationToken cancellationToken)
    {
        var receipt = DeliveryReceipt.Read(body);
        if (!response.IsSuccessStatusCode)
        {
            var known = _rejections.Newest(RejectionJournal.Capacity).FirstOrDefault(rejection => rejection.DeliveryId == receipt.DeliveryId);
            return receipt with { Id = null, Rejection = known?.Reason.ToString() };
        }

        if (receipt.Id is not null && PublicId.TryParse(receipt.Id, out _, out _))
        {
            return receipt;
        }

        // Some senders want an answer of their own, without our id: the event is known by theirs.
        var digest = SHA256.HashData(request.Body);
        var ids = new[] { request.EventId, Convert.ToHexStringLower(digest) };
        var rows = await _store.Reader.ListAsync(new EventFilter(request.Source, null, null, 200, null), cancellationToken).ConfigureAwait(false);
        foreach (var row in rows)
        {
            if (ids.Contains(row.EventId, StringComparer.Ordinal)
                || await FindAsync(row.Id, cancellationToken).ConfigureAwait(false) is { } found && found.Event.BodySha256.AsSpan().SequenceEqual(digest))
            {
                return new DeliveryReceipt(row.Id, row.Seq <= before, null, null, null);
            }
        }

        // An event that is known by nothing of the request as it was sent, such as the element of a batch: the newest one, if it came meanwhile, and later again.
        var sent = (request.Source, Convert.ToHexStringLower(digest));
        if (rows is [var newest, ..] && newest.Seq > before)
        {
            _sent[sent] = newest.Id;
            return new DeliveryReceipt(newest.Id, false, null, null, null);
        }

        return _sent.TryGetValue(sent, out var first) ? new DeliveryReceipt(first, true, null, null, null) : receipt with { Id = null };
    }

    private async Task<long> LastSeqAsync(CancellationToken cancellationToken)
    {
        var newest = await _store.Reader.ListAsync(new EventFilter(null, null, null, 1, null), cancellationToken).ConfigureAwait(false);
        return newest is [var row] ? row.Seq : 0;
    }

    private Task<EventDetail?> FindAsync(string id, CancellationToken cancellationToken) => PublicId.TryParse(id, out var seq, out var token)
        ? _store.Reader.FindAsync(seq, token, cancellationToken)
        : Task.FromResult<EventDetail?>(null);

    private WebhookSource Source(string name) => _sources.TryGet(name, out var source)
        ? source
        : throw new ArgumentException(
            $"There is no source '{name}'. Configured: {string.Join(", ", _sources.All.Select(static known => known.Name).Order(StringComparer.Ordinal))}.", nameof(name));
}
