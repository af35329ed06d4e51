using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebhookReceiver.Management;

/// <summary>A page of events, newest first.</summary>
/// <param name="Items">The events; fewer than the limit, perhaps none, where a search was ended after two seconds.</param>
/// <param name="Next">Pass it as <c>after</c> to get the next page, or to go on searching; <see langword="null"/> where there are no more.</param>
internal sealed record EventPage(IReadOnlyList<EventSummary> Items, string? Next);

/// <summary>An event in a list.</summary>
/// <param name="Id">Our id.</param>
/// <param name="Source">The source it came from.</param>
/// <param name="EventId">The sender's id.</param>
/// <param name="Type">The event's type.</param>
/// <param name="State">pending, running, scheduled, succeeded, dead, parked or cancelled.</param>
/// <param name="ReceivedAt">When it arrived.</param>
/// <param name="Attempts">How many attempts were made.</param>
internal sealed record EventSummary(string Id, string Source, string EventId, string Type, string State, DateTimeOffset ReceivedAt, int Attempts);

/// <summary>An event with all that is known of it, but for its body.</summary>
/// <param name="Id">Our id.</param>
/// <param name="Source">The source it came from.</param>
/// <param name="EventId">The sender's id.</param>
/// <param name="Type">The event's type.</param>
/// <param name="State">The state of the event.</param>
/// <param name="Timestamp">When it happened, as the sender says.</param>
/// <param name="ReceivedAt">When it arrived.</param>
/// <param name="ContentType">The body's content type.</param>
/// <param name="BodyBytes">The body's length in bytes; 0 once it is purged.</param>
/// <param name="Body">stored; purged, when its time was up; or corrupt, when it does not match its hash.</param>
/// <param name="Headers">The headers that were kept.</param>
/// <param name="Verification">How it was verified.</param>
/// <param name="Handlers">The work of each handler.</param>
internal sealed record EventDetails(
    string Id, string Source, string EventId, string Type, string State, DateTimeOffset? Timestamp, DateTimeOffset ReceivedAt,
    string ContentType, int BodyBytes, string Body, IReadOnlyDictionary<string, string> Headers, EventVerification Verification, IReadOnlyList<EventHandlerDetails> Handlers);

/// <summary>How an event was verified.</summary>
/// <param name="Secret">Which of the source's secrets matched, from 1.</param>
/// <param name="BodySha256">The SHA-256 of the body, in hex.</param>
internal sealed record EventVerification(int Secret, string BodySha256);

/// <summary>The work of one handler on one event.</summary>
/// <param name="Handler">The handler's name; <see langword="null"/> while the event is parked.</param>
/// <param name="State">The state of this work.</param>
/// <param name="DueAt">When it is tried next.</param>
/// <param name="Attempts">The attempts, oldest first.</param>
internal sealed record EventHandlerDetails(string? Handler, string State, DateTimeOffset? DueAt, IReadOnlyList<EventAttempt> Attempts);

/// <summary>One attempt.</summary>
/// <param name="Number">Its number, from 1; it starts again with each replay.</param>
/// <param name="Replay">After how many replays it was made.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Outcome">succeeded, transient, permanent, exhausted, deferred, corrupt or unhandled.</param>
/// <param name="Error">The error, where it failed.</param>
internal sealed record EventAttempt(int Number, int Replay, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string Outcome, string? Error);

/// <summary>Why an operator acts.</summary>
/// <param name="Reason">Recorded in the audit; 1 to 500 characters.</param>
internal sealed record OperatorRequest(string? Reason);

/// <summary>What became of an operator's request.</summary>
/// <param name="Id">The event.</param>
/// <param name="Status">replayed, cancelled or admitted; duplicate, where what was admitted was known already.</param>
internal sealed record OperatorResult(string Id, string Status);

/// <summary>The newest rejections.</summary>
/// <param name="Items">Newest first, of the newest thousand since the start and of those that are captured.</param>
internal sealed record RejectionPage(IReadOnlyList<RejectionSummary> Items);

/// <summary>One rejection.</summary>
/// <param name="DeliveryId">The id that the sender was told.</param>
/// <param name="At">When.</param>
/// <param name="Source">The source, or unknown.</param>
/// <param name="Reason">Why.</param>
/// <param name="Code">The code that the sender was told.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="RemoteAddress">Where it came from.</param>
/// <param name="BodyBytes">How much of the body was read.</param>
/// <param name="Cause">The mistake that explains it, such as <c>BodyRewritten</c>; <c>Unknown</c> if none does, and absent where nothing was looked for.</param>
/// <param name="Explanation">What that means and what to do; absent as the cause.</param>
/// <param name="Captured">Whether the delivery is kept whole, so that it can be admitted.</param>
/// <param name="AdmittedAs">The id of the event that it became; absent unless it was admitted.</param>
internal sealed record RejectionSummary(
    string DeliveryId, DateTimeOffset At, string Source, string Reason, string Code, int Status, string RemoteAddress, long BodyBytes, bool Captured,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AdmittedAs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Cause,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Explanation);

/// <summary>The configured sources.</summary>
/// <param name="Items">By name.</param>
internal sealed record SourcePage(IReadOnlyList<SourceSummary> Items);

/// <summary>A configured source.</summary>
/// <param name="Name">Its name in the URL.</param>
/// <param name="Sender">The row of the catalogue.</param>
/// <param name="Secrets">Its secrets in their order; their values are never shown.</param>
/// <param name="MaxBodyBytes">The largest body it takes.</param>
/// <param name="Warnings">What its proof does not cover.</param>
/// <param name="Coverage">How much of a delivery its proof covers: the <c>body</c>, a <c>part</c>, or <c>nothing</c>, where a token is shown.</param>
/// <param name="LastAcceptedAt">When the last delivery arrived that was stored or known, since the process started.</param>
/// <param name="ClockSkewSeconds">How far this machine's clock is ahead of the times that the sender signs, negative where it is behind, by the deliveries of the last five to ten minutes; null where fewer than three of them had a signed time.</param>
internal sealed record SourceSummary(
    string Name, string Sender, IReadOnlyList<SecretSummary> Secrets, int MaxBodyBytes, IReadOnlyList<string> Warnings, string Coverage, DateTimeOffset? LastAcceptedAt,
    double? ClockSkewSeconds);

/// <summary>One secret of a source, without anything of its value.</summary>
/// <param name="Number">Its place among the source's secrets, from 1.</param>
/// <param name="State">upcoming, live or ended.</param>
/// <param name="NotBefore">Until then it is refused.</param>
/// <param name="NotAfter">From then on it is refused.</param>
/// <param name="LastMatchedAt">When it last proved a delivery, since the process started; an old one that has proved none for as long as the sender tries again can go.</param>
internal sealed record SecretSummary(int Number, string State, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, DateTimeOffset? LastMatchedAt);

/// <summary>Counts.</summary>
/// <param name="States">Events by state.</param>
/// <param name="Unaccounted">Work that was open and is gone: 0, unless rows were removed behind the product's back.</param>
/// <param name="Purged">Events that were removed because their time was up: with those of all states, all that were ever accepted.</param>
/// <param name="Duplicates">Duplicates since the start.</param>
/// <param name="Rejected">Rejections since the start.</param>
internal sealed record InboxStats(IReadOnlyDictionary<string, long> States, long Unaccounted, long Purged, long Duplicates, long Rejected);

/// <summary>The health of the process.</summary>
/// <param name="Status">ready, starting, draining, full, failed; for liveness: alive, stalled, stuck.</param>
internal sealed record HealthStatus(string Status);

/// <summary>The serializer of the management API: compiled, so that it works trimmed as well.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(EventDetails))]
[JsonSerializable(typeof(OperatorRequest))]
[JsonSerializable(typeof(OperatorResult))]
[JsonSerializable(typeof(RejectionPage))]
[JsonSerializable(typeof(SourcePage))]
[JsonSerializable(typeof(InboxStats))]
[JsonSerializable(typeof(HealthStatus))]
internal sealed partial class ManagementJson : JsonSerializerContext;
