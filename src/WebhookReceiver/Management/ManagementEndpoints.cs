using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using WebhookReceiver.Diagnostics;
using WebhookReceiver.Dispatch;
using WebhookReceiver.Endpoints;
using WebhookReceiver.Inbox;
using WebhookReceiver.Sources;

namespace WebhookReceiver.Management;

/// <summary>The routes of the management API and the probes.</summary>
internal static class ManagementEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;
    private const int MaxReasonLength = 500;

    public static RouteGroupBuilder Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/livez", Live).WithTags("Probes").WithSummary("Whether the process works");
        endpoints.MapGet("/readyz", Ready).WithTags("Probes").WithSummary("Whether deliveries are taken");

        var api = endpoints.MapGroup("/api/v1").WithTags("Management").WithMetadata(new ManagementTokenNeeded());
        api.MapGet("/events", ListEventsAsync).WithName("ListEvents").WithSummary("Events, newest first");
        api.MapGet("/events/{id}", GetEventAsync).WithName("GetEvent").WithSummary("One event with its attempts");
        api.MapGet("/events/{id}/body", GetBodyAsync).WithName("GetEventBody").WithSummary("The exact bytes that were received");
        api.MapPost("/events/{id}/replay", ReplayAsync).WithName("ReplayEvent").WithSummary("Runs the handlers of an event again");
        api.MapPost("/events/{id}/cancel", CancelAsync).WithName("CancelEvent").WithSummary("Ends the waiting work of an event");
        api.MapGet("/rejections", ListRejections).WithName("ListRejections").WithSummary("The newest rejections");
        api.MapPost("/rejections/{id}/admit", AdmitAsync).WithName("AdmitRejection").WithSummary("Verifies a captured delivery again, and takes it");
        api.MapGet("/sources", ListSources).WithName("ListSources").WithSummary("The configured sources");
        api.MapGet("/stats", GetStatsAsync).WithName("GetStats").WithSummary("Counts by state");
        return api;
    }

    internal static Results<Ok<HealthStatus>, JsonHttpResult<HealthStatus>> Live(LivenessProbe probe)
    {
        var status = probe.Check();
        return status == LivenessProbe.Alive ? TypedResults.Ok(status) : Unavailable(status);
    }

    internal static async Task<Results<Ok<HealthStatus>, JsonHttpResult<HealthStatus>>> Ready(ReadinessProbe probe)
    {
        var status = await probe.CheckAsync().ConfigureAwait(false);
        return status == ReadinessProbe.Ready ? TypedResults.Ok(status) : Unavailable(status);
    }

    internal static async Task<Results<Ok<EventPage>, ProblemHttpResult>> ListEventsAsync(
        IInboxStore store, TimeProvider clock, [FromQuery] string? source, [FromQuery] string? type, [FromQuery] string? state,
        [FromQuery] string? limit, [FromQuery] string? after, CancellationToken cancellationToken)
    {
        WorkState? wanted = null;
        if (state is not null)
        {
            if (!WorkStates.TryParse(state, out var parsed))
            {
                return BadRequest($"'state' is one of {string.Join(", ", WorkStates.Names)}.");
            }

            wanted = parsed;
        }

        if (!TryReadLimit(limit, out var size))
        {
            return BadLimit();
        }

        long? before = null;
        if (after is not null)
        {
            if (!PublicId.TryParse(after, out var seq, out _))
            {
                return BadRequest("'after' is the 'next' of an earlier page.");
            }

            before = seq;
        }

        var found = await EventSearch.FindAsync(store.Reader, new EventFilter(source, type, wanted, size, before), clock, cancellationToken).ConfigureAwait(false);
        var items = found.Events.Select(static row => new EventSummary(row.Id, row.Source, row.EventId, row.Type, row.State.Name(), row.ReceivedAt, row.Attempts));
        return TypedResults.Ok(new EventPage([.. items], NextOf(found)));
    }

    /// <summary>The last event's id, or one that no event has where the search stopped on the way: as an event's own it does not tell how many there are.</summary>
    private static string? NextOf(FoundEvents found) => found.Next is not { } next ? null
        : found.Events.Count > 0 && found.Events[^1].Seq == next ? found.Events[^1].Id
        : PublicId.Format(next, BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))));

    internal static async Task<Results<Ok<EventDetails>, ProblemHttpResult>> GetEventAsync(string id, IInboxStore store, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, store, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return NotFound();
        }

        var stored = found.Event;
        return TypedResults.Ok(new EventDetails(
            stored.PublicId, stored.Source, stored.EventId, stored.Type, found.State.Name(), stored.Timestamp, stored.ReceivedAt,
            stored.ContentType, stored.Body.Length, stored.CheckBody().Name(), KeptHeaders.Read(stored.Headers),
            new EventVerification(stored.SecretIndex + 1, Convert.ToHexStringLower(stored.BodySha256)), [.. found.Work.Select(Describe)]));
    }

    internal static async Task<Results<FileContentHttpResult, ProblemHttpResult>> GetBodyAsync(
        string id, IInboxStore store, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, store, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return NotFound();
        }

        switch (found.Event.CheckBody())
        {
            case BodyState.Purged:
                return ManagementProblem.Create(ErrorCodes.BodyPurged, status: StatusCodes.Status410Gone);
            case BodyState.Corrupt:
                return ManagementProblem.Create(ErrorCodes.BodyCorrupt, status: StatusCodes.Status500InternalServerError);
        }

        // Somebody else's bytes: never a page, whatever a browser makes of them.
        return TypedResults.File(found.Event.Body, "application/octet-stream", $"{found.Event.PublicId}.bin");
    }

    internal static Task<Results<Ok<OperatorResult>, ProblemHttpResult>> ReplayAsync(
        string id, HttpRequest request, IInboxStore store, HandlerRegistry handlers, Dispatcher dispatcher, TimeProvider clock,
        ILogger<OperatorResult> logger, CancellationToken cancellationToken) =>
        ChangeAsync(id, request, "replay", "replayed", store, logger, async (found, reason) =>
        {
            if (found.Event.CheckBody() == BodyState.Corrupt)
            {
                return ChangeStatus.Corrupt;
            }

            var numbers = handlers.Resolve(found.Event.Source, found.Event.Type);
            var status = await store.ReplayAsync(found.Event.Seq, numbers, reason, clock.GetUtcNow()).ConfigureAwait(false);
            dispatcher.Wake();
            return status;
        }, "The event is still being handled, or no handler takes its type.", cancellationToken);

    internal static Task<Results<Ok<OperatorResult>, ProblemHttpResult>> CancelAsync(
        string id, HttpRequest request, IInboxStore store, TimeProvider clock, ILogger<OperatorResult> logger, CancellationToken cancellationToken) =>
        ChangeAsync(id, request, "cancel", "cancelled", store, logger,
            async (found, reason) => await store.CancelAsync(found.Event.Seq, reason, clock.GetUtcNow()).ConfigureAwait(false),
            "The event has no work that waits.", cancellationToken);

    internal static Results<Ok<RejectionPage>, ProblemHttpResult> ListRejections(
        RejectionJournal rejections, RejectionCapture captures, [FromQuery] string? source, [FromQuery] string? limit)
    {
        if (!TryReadLimit(limit, out var size))
        {
            return BadLimit();
        }

        // What is captured is kept longer than the newest thousand last in a flood. One is the same as itself alone: what is known of it changes meanwhile.
        var captured = captures.All().Select(static kept => kept.Rejection).ToHashSet<Rejection>(ReferenceEqualityComparer.Instance);
        var newest = rejections.Newest(RejectionJournal.Capacity).Union<Rejection>(captured, ReferenceEqualityComparer.Instance).Where(rejection => source is null || rejection.Source == source)
            .OrderByDescending(static rejection => rejection.At).Take(size);
        return TypedResults.Ok(new RejectionPage([.. newest.Select(r =>
            new RejectionSummary(r.DeliveryId, r.At, r.Source, r.Reason.ToString(), r.Code, r.Status, r.RemoteAddress, r.BodyBytes, captured.Contains(r), r.AdmittedAs,
                r.Explanation?.Cause.ToString(), r.Explanation?.Text))]));
    }

    internal static async Task<Results<Ok<OperatorResult>, ProblemHttpResult>> AdmitAsync(
        string id, HttpRequest request, RejectionCapture captures, RejectionAdmission admission, ILogger<OperatorResult> logger, CancellationToken cancellationToken)
    {
        if (await ReadReasonAsync(request, cancellationToken).ConfigureAwait(false) is not { } reason)
        {
            return BadReason();
        }

        if (captures.Find(id) is not { } captured)
        {
            return ManagementProblem.Create(ErrorCodes.RejectionUnknown);
        }

        var result = await admission.AdmitAsync(captured, reason).ConfigureAwait(false);
        if (result is ReceiveResult.Stored { Events: [var first, ..] })
        {
            var status = first.IsDuplicate ? "duplicate" : "admitted";
            Log.OperatorAction(logger, "admit", first.PublicId, status);
            return TypedResults.Ok(new OperatorResult(first.PublicId, status));
        }

        var (because, code) = result is ReceiveResult.Rejected rejected
            ? (rejected.Reason.ToString(), RejectionAnswers.For(rejected).Status < 500 ? StatusCodes.Status409Conflict : StatusCodes.Status503ServiceUnavailable)
            : ("it carries no event", StatusCodes.Status409Conflict);
        Log.OperatorAction(logger, "admit", id, because);
        return ManagementProblem.Create(ErrorCodes.RejectionRefused, $"The delivery is not taken: {because}.", code);
    }

    internal static Ok<SourcePage> ListSources(SourceRegistry sources, TimeProvider clock) => TypedResults.Ok(new SourcePage(
    [
        .. sources.All.OrderBy(static source => source.Name, StringComparer.Ordinal).Select(source => new SourceSummary(
            source.Name, source.Plan.Definition.Id, [.. source.Secrets.Select((secret, place) => Describe(secret, place, clock.GetUtcNow()))], source.MaxBodyBytes, source.Plan.Warnings,
            source.Plan.Coverage.ToString().ToLowerInvariant(), source.Activity.LastAcceptedAt, source.Activity.Clock.Skew(clock.GetUtcNow())?.TotalSeconds)),
    ]));

    internal static async Task<Ok<InboxStats>> GetStatsAsync(IInboxStore store, WebhookMetrics metrics, CancellationToken cancellationToken)
    {
        var counts = await store.Reader.CountAsync(cancellationToken).ConfigureAwait(false);
        return TypedResults.Ok(new InboxStats(
            counts.ByState.ToDictionary(static pair => pair.Key.Name(), static pair => pair.Value), counts.Unaccounted, counts.Purged, metrics.Duplicates, metrics.Rejected));
    }

    private static async Task<Results<Ok<OperatorResult>, ProblemHttpResult>> ChangeAsync(
        string id, HttpRequest request, string action, string done, IInboxStore store, ILogger logger,
        Func<EventDetail, string, Task<ChangeStatus>> change, string refusal, CancellationToken cancellationToken)
    {
        if (await ReadReasonAsync(request, cancellationToken).ConfigureAwait(false) is not { } reason)
        {
            return BadReason();
        }

        if (await FindAsync(id, store, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return NotFound();
        }

        var status = await change(found, reason).ConfigureAwait(false);
        Log.OperatorAction(logger, action, found.Event.PublicId, status.ToString());
        return status switch
        {
            ChangeStatus.Changed => TypedResults.Ok(new OperatorResult(found.Event.PublicId, done)),
            ChangeStatus.NotFound => NotFound(),
            ChangeStatus.Purged => ManagementProblem.Create(ErrorCodes.BodyPurged, status: StatusCodes.Status409Conflict),
            ChangeStatus.Corrupt => ManagementProblem.Create(ErrorCodes.BodyCorrupt, status: StatusCodes.Status409Conflict),
            _ => ManagementProblem.Create(ErrorCodes.StateRefused, refusal),
        };
    }

    /// <summary>Reads the body here, because the framework would answer one that it cannot read with a status and no problem.</summary>
    private static async Task<string?> ReadReasonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return null;
        }

        try
        {
            var body = await request.ReadFromJsonAsync(ManagementJson.Default.OperatorRequest, cancellationToken).ConfigureAwait(false);
            return body?.Reason is { Length: <= MaxReasonLength } reason && !string.IsNullOrWhiteSpace(reason) ? reason : null;
        }
        catch (Exception error) when (error is JsonException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static async Task<EventDetail?> FindAsync(string id, IInboxStore store, CancellationToken cancellationToken) =>
        PublicId.TryParse(id, out var seq, out var token) ? await store.Reader.FindAsync(seq, token, cancellationToken).ConfigureAwait(false) : null;

    private static JsonHttpResult<HealthStatus> Unavailable(HealthStatus status) =>
        TypedResults.Json(status, ManagementJson.Default.HealthStatus, statusCode: StatusCodes.Status503ServiceUnavailable);

    private static SecretSummary Describe(SourceSecret secret, int place, DateTimeOffset now) => new(
        place + 1, secret.IsLive(now) ? "live" : secret.IsUpcoming(now) ? "upcoming" : "ended", secret.NotBefore, secret.NotAfter, secret.Use.LastMatchedAt);

    private static EventHandlerDetails Describe(WorkDetail work) => new(
        work.Handler, work.State.Name(), work.DueAt,
        [.. work.Attempts.Select(static attempt => new EventAttempt(
            attempt.Number, attempt.Generation, attempt.StartedAt, attempt.EndedAt, attempt.Outcome, attempt.Error))]);

    private static ProblemHttpResult NotFound() => ManagementProblem.Create(ErrorCodes.EventUnknown);

    private static ProblemHttpResult BadReason() => BadRequest($"The body is JSON with a 'reason' of 1 to {MaxReasonLength} characters: it is recorded.");

    private static bool TryReadLimit(string? text, out int limit)
    {
        limit = DefaultLimit;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit);
    }

    private static ProblemHttpResult BadLimit() => BadRequest($"'limit' is a number from 1 to {MaxLimit}.");

    private static ProblemHttpResult BadRequest(string title) => ManagementProblem.Create(ErrorCodes.ParameterRefused, title);
}
