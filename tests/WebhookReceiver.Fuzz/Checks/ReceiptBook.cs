using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using WebhookReceiver.Fuzz.Cases;

namespace WebhookReceiver.Fuzz.Checks;

/// <summary>What was answered 2xx, held against what is stored. Safe from any thread.</summary>
internal sealed class ReceiptBook
{
    private const int MostShown = 5;

    private readonly Lock _gate = new();

    // Each with the number of its request.
    private readonly Dictionary<long, long> _accepted = [];
    private readonly Dictionary<long, long> _duplicates = [];
    private readonly Dictionary<long, long> _bodies = [];
    private readonly List<FuzzCase> _unsure = [];

    /// <summary>How many events were answered <c>accepted</c>, and how many known ones <c>duplicate</c>.</summary>
    public (int Accepted, int Duplicates) Counts => (_accepted.Count, _duplicates.Count);

    /// <summary>Notes what an answer says of its request.</summary>
    /// <returns>What is wrong with it; <see langword="null"/> if nothing is.</returns>
    public string? Add(FuzzCase request, Verdict verdict)
    {
        if (verdict.Outcome != FuzzOutcome.Stored)
        {
            return null;
        }

        if (!request.Source!.AnswersWithId)
        {
            AddBody(request);
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        foreach (Receipt receipt in verdict.Receipts)
        {
            Base64Url.DecodeFromChars(receipt.Id.AsSpan(4), bytes);
            long token = BinaryPrimitives.ReadInt64BigEndian(bytes);
            lock (_gate)
            {
                if (!(receipt.IsDuplicate ? _duplicates : _accepted).TryAdd(KeyOf(BinaryPrimitives.ReadInt64BigEndian(bytes[8..]) ^ token, token), request.Number) && !receipt.IsDuplicate)
                {
                    return "The event was answered 'accepted' twice.";
                }
            }
        }

        return null;
    }

    /// <summary>Notes a request whose client was gone before the answer: stored or not, sending it again is safe.</summary>
    public void MayBeStored(FuzzCase request)
    {
        lock (_gate)
        {
            _unsure.Add(request);
        }
    }

    /// <summary>Reads the inbox of a receiver that has stopped.</summary>
    /// <returns>What is stored and was not answered, or was answered and is not stored; and how many events there are.</returns>
    public (IReadOnlyList<string> Differences, long Stored) Compare(string inbox, IReadOnlyList<FuzzSource> sources)
    {
        var byBody = sources.Where(static source => !source.AnswersWithId).Select(static source => source.Name).ToHashSet(StringComparer.Ordinal);
        var missing = new Dictionary<long, long>([.. _accepted, .. _bodies, .. _duplicates.Where(pair => !_accepted.ContainsKey(pair.Key))]);
        ILookup<string, FuzzCase> unsure = _unsure.ToLookup(static request => request.Source!.Name, StringComparer.Ordinal);
        var differences = new List<string>();
        long stored = 0;
        using var connection = new SqliteConnection($"Data Source={inbox};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT seq, token, source, event_id, body_sha256, body FROM event";
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            stored++;
            string source = reader.GetString(2);
            long key = byBody.Contains(source) ? KeyOf(source, (byte[])reader[4]) : KeyOf(reader.GetInt64(0), reader.GetInt64(1));
            missing.Remove(key);
            if (!(byBody.Contains(source) ? _bodies : _accepted).ContainsKey(key) && differences.Count < MostShown && !unsure[source].Any(request => Holds(request.Body.Span, (byte[])reader[5])))
            {
                differences.Add($"Stored and not answered: {source} {reader.GetString(3)}");
            }
        }

        differences.AddRange(missing.Values.Take(MostShown).Select(static number => FormattableString.Invariant($"Answered and not stored: request {number}")));
        return (differences, stored);
    }

    private void AddBody(FuzzCase request)
    {
        if (request.Kind == FuzzKind.Raw)
        {
            // Of a sender that does not sign its body, the body that was taken can be one byte another.
            MayBeStored(request);
            return;
        }

        long key = KeyOf(request.Source!.Name, SHA256.HashData(request.Body.Span));
        lock (_gate)
        {
            _bodies.TryAdd(key, request.Number);
        }
    }

    /// <summary>Whether a body is a part of the one that was sent, or the same but for one byte.</summary>
    private static bool Holds(ReadOnlySpan<byte> sent, ReadOnlySpan<byte> stored)
    {
        if (sent.Length != stored.Length)
        {
            return sent.IndexOf(stored) >= 0;
        }

        int same = sent.CommonPrefixLength(stored);
        return same == sent.Length || sent[(same + 1)..].SequenceEqual(stored[(same + 1)..]);
    }

    private static long KeyOf(long seq, long token) => (seq * 0x1F35_7AEA_2E62_A9C5) ^ token;

    private static long KeyOf(string source, ReadOnlySpan<byte> digest) => BinaryPrimitives.ReadInt64LittleEndian(digest) ^ string.GetHashCode(source, StringComparison.Ordinal);
}
