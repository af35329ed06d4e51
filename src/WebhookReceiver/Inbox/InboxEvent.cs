using System.Security.Cryptography;

namespace WebhookReceiver.Inbox;

/// <summary>What is stored of one event. Everything but the receipt is fixed when it is opened; the store fills in the receipt at its commit.</summary>
internal sealed class InboxEvent
{
    /// <summary>How long an event is known.</summary>
    public static readonly TimeSpan DefaultDedupeWindow = TimeSpan.FromDays(30);

    private string? _publicId;

    public required string Source { get; init; }

    public required string EventId { get; init; }

    public required string Type { get; init; }

    public DateTimeOffset? Timestamp { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string ContentType { get; init; }

    /// <summary>See <see cref="KeptHeaders"/>.</summary>
    public required string Headers { get; init; }

    /// <summary>The exact bytes that were signed; for a part of a batch, those of its element.</summary>
    public required byte[] Body { get; init; }

    /// <summary>SHA-256 of <see cref="Body"/>, taken at intake and compared before each use.</summary>
    public required byte[] BodySha256 { get; init; }

    /// <summary>Where the data stands in <see cref="Body"/>.</summary>
    public required DataLocation Data { get; init; }

    /// <summary>Which of the source's secrets matched, from 0.</summary>
    public required int SecretIndex { get; init; }

    /// <summary>How long an event with the same source and id counts as this one.</summary>
    public TimeSpan DedupeWindow { get; init; } = DefaultDedupeWindow;

    /// <summary>Whether it was read back from the store, so that its body is to be compared with its hash before it is used.</summary>
    public bool IsReadBack { get; init; }

    /// <summary>When the body's time was up and it was removed.</summary>
    public DateTimeOffset? BodyPurgedAt { get; init; }

    /// <summary>The store's rising number; 0 until committed.</summary>
    public long Seq { get; set; }

    /// <summary>The random part of the public id; for a duplicate, the first one's.</summary>
    public long Token { get; set; }

    /// <summary>Whether the store knew the event already; then <see cref="Seq"/> and <see cref="Token"/> are the first one's.</summary>
    public bool IsDuplicate { get; set; }

    /// <summary>For a duplicate, whether its body differs from the first one's.</summary>
    public bool IsBodyMismatch { get; set; }

    /// <summary>See <see cref="Inbox.PublicId"/>. Made when it is first asked for, which may be never.</summary>
    public string PublicId => _publicId ??= Inbox.PublicId.Format(Seq, Token);

    /// <summary>Compares what was read back with what was hashed when it arrived.</summary>
    public BodyState CheckBody()
    {
        if (!IsReadBack)
        {
            return BodyState.Stored; // the very bytes that were hashed a moment ago
        }

        if (BodyPurgedAt is not null)
        {
            return BodyState.Purged;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Body, hash);
        return hash.SequenceEqual(BodySha256) && Data.IsWithin(Body.Length) ? BodyState.Stored : BodyState.Corrupt;
    }
}
