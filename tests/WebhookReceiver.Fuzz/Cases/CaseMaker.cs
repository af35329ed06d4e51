using System.Globalization;
using WebhookReceiver.Senders;

namespace WebhookReceiver.Fuzz.Cases;

/// <summary>Makes the request of a number, the same each time, save for the time at which it is signed. Safe from any thread.</summary>
internal sealed class CaseMaker(ulong seed, IReadOnlyList<FuzzSource> sources, TimeProvider clock)
{
    private const int Window = 4_096;

    // Behind a signature: where a sender signs with several keys, another one beside the right one changes nothing.
    private static readonly string[] More = ["A", "=", "00", ",v1=00", " v1,AAAA x"];

    // Of a hundred requests.
    private const int Plain = 20;
    private const int Repeated = 24;
    private const int OtherBody = 4;
    private const int ChangedBefore = 46;
    private const int ChangedAfter = 4;

    private readonly FuzzSource[] _byWeight = [.. sources.SelectMany(static source => Enumerable.Repeat(source, source.Weight))];

    public FuzzCase Make(long number)
    {
        var dice = Dice.Of(seed, number);
        (FuzzKind kind, FuzzSource source, FuzzBody from) = Choose(ref dice);
        switch (kind)
        {
            case FuzzKind.Plain:
                return Signed(number, kind, source, from.ContentType, from.With(IdOf(number)), IdOf(number));
            case FuzzKind.Repeated or FuzzKind.OtherBody:
                long first = EarlierPlain(number, ref dice);
                var again = Dice.Of(seed, first);
                (_, source, from) = Choose(ref again);
                byte[] body = from.With(IdOf(first));
                return Signed(number, kind, source, from.ContentType, kind == FuzzKind.Repeated ? body : [.. body, .. " "u8], IdOf(first));
            case FuzzKind.ChangedBeforeSigning:
                return ChangedBeforeSigning(number, source, from, ref dice);
            case FuzzKind.ChangedAfterSigning:
                return ChangedAfterSigning(number, source, from, ref dice);
            default:
                return RawRequests.Make(number, source, from, IdOf(number), clock.GetUtcNow(), ref dice);
        }
    }

    private (FuzzKind Kind, FuzzSource Source, FuzzBody From) Choose(ref Dice dice)
    {
        int share = dice.Below(100);
        FuzzKind kind = share < Plain ? FuzzKind.Plain
            : share < Plain + Repeated ? FuzzKind.Repeated
            : share < Plain + Repeated + OtherBody ? FuzzKind.OtherBody
            : share < Plain + Repeated + OtherBody + ChangedBefore ? FuzzKind.ChangedBeforeSigning
            : share < Plain + Repeated + OtherBody + ChangedBefore + ChangedAfter ? FuzzKind.ChangedAfterSigning
            : FuzzKind.Raw;
        FuzzSource source = dice.Of<FuzzSource>(_byWeight);
        return (kind, source, source.Bodies[dice.Below(source.Bodies.Count)]);
    }

    /// <summary>A request before this one that was a new event, so that this one is the second.</summary>
    private long EarlierPlain(long number, ref Dice dice)
    {
        long at = Math.Max(0, number - 1 - dice.Below(Window));
        for (; at > 0; at--)
        {
            var then = Dice.Of(seed, at);
            if (Choose(ref then).Kind == FuzzKind.Plain)
            {
                break;
            }
        }

        return at;
    }

    private FuzzCase ChangedBeforeSigning(long number, FuzzSource source, FuzzBody from, ref Dice dice)
    {
        string id = dice.OneIn(12) ? dice.Of<string>(OddValues.Ids) : IdOf(number);
        string contentType = dice.OneIn(25) ? dice.Of<string>(OddValues.ContentTypes) : from.ContentType;
        byte[] body = BodyChanges.Change(from, from.With(IdOf(number)), ref dice);
        return Signed(number, FuzzKind.ChangedBeforeSigning, source, contentType, body, id, mayClose: contentType != from.ContentType || body.Length > 1024 * 1024)
            ?? Signed(number, FuzzKind.ChangedBeforeSigning, source, contentType, body, IdOf(number), mayClose: contentType != from.ContentType || body.Length > 1024 * 1024)
            ?? Unsigned(number, source, from, contentType, body);
    }

    /// <summary>What its sender could not sign, such as a form that is none, under a signature of another body.</summary>
    private FuzzCase Unsigned(long number, FuzzSource source, FuzzBody from, string contentType, byte[] body)
    {
        SignedRequest signed = source.TrySign(from.With(IdOf(number)), from.ContentType, IdOf(number), clock.GetUtcNow())!;
        return new FuzzCase(
            number, FuzzKind.ChangedBeforeSigning, FuzzExpectation.Any, source, RequestText.Write(source, contentType, signed, body), body)
        { MayClose = true };
    }

    private FuzzCase ChangedAfterSigning(long number, FuzzSource source, FuzzBody from, ref Dice dice)
    {
        byte[] body = from.With(IdOf(number));
        DateTimeOffset now = clock.GetUtcNow();
        int way = dice.Below(8);
        DateTimeOffset at = way == 0 ? now.AddDays(dice.OneIn(2) ? 2 : -2) : now;
        SignedRequest signed = source.TrySign(body, from.ContentType, IdOf(number), at, withOtherKey: way == 1)!;
        body = signed.Body.ToArray();
        List<KeyValuePair<string, string>> headers = [.. signed.Headers];
        way = headers.Count == 0 ? 2 : way;
        bool signsTime = source.Plan.Definition.Schemes[0].Timestamp is not null;
        FuzzExpectation expectation = (way == 0 && !signsTime) || !source.CoversBody ? FuzzExpectation.Any : FuzzExpectation.Refused;
        switch (way)
        {
            case 0 or 1:
                break;
            case 2 or 3:
                body = BodyChanges.FlipBit(body, ref dice);
                break;
            case 4:
                int taken = dice.Below(headers.Count);
                expectation = IsSigned(source, headers[taken].Key) && source.CoversBody ? FuzzExpectation.Refused : FuzzExpectation.Any;
                headers.RemoveAt(taken);
                break;
            case 5:
                int doubled = dice.Below(headers.Count);
                expectation = FuzzExpectation.Any;
                headers.Add(headers[doubled]);
                break;
            default:
                int place = headers.FindIndex(header => IsSignature(source, header.Key));
                bool isLonger = dice.OneIn(4);
                expectation = isLonger ? FuzzExpectation.Any : FuzzExpectation.Refused;
                headers[place] = new(headers[place].Key, isLonger ? headers[place].Value + dice.Of<string>(More) : ChangedText(headers[place].Value, ref dice));
                break;
        }

        return new FuzzCase(
            number, FuzzKind.ChangedAfterSigning, expectation, source, RequestText.Write(source.Path, signed.Query, from.ContentType, source.Headers.Concat(headers), body), body)
        { MayClose = true };
    }

    private static bool IsSignature(FuzzSource source, string header) =>
        header.Equals(source.Plan.Definition.Schemes[0].Signature.Header, StringComparison.OrdinalIgnoreCase);

    private static bool IsSigned(FuzzSource source, string header) =>
        IsSignature(source, header) || source.Plan.Definition.Schemes[0].Content?.Contains($"header:{header}}}", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Another text than the one given: a character becomes another, or some are taken away.</summary>
    private static string ChangedText(string text, ref Dice dice)
    {
        int at = dice.Below(text.Length);
        return dice.Below(4) switch
        {
            0 => text[..at],
            1 => text.Remove(at, 1),
            _ => text[..at] + (text[at] == '1' ? '2' : '1') + text[(at + 1)..],
        };
    }

    private FuzzCase Signed(long number, FuzzKind kind, FuzzSource source, string contentType, byte[] body, string id) =>
        Signed(number, kind, source, contentType, body, id, mayClose: false)!;

    private FuzzCase? Signed(long number, FuzzKind kind, FuzzSource source, string contentType, byte[] body, string id, bool mayClose)
    {
        if (source.TrySign(body, contentType, id, clock.GetUtcNow()) is not { } signed)
        {
            return null;
        }

        return new FuzzCase(
            number, kind, FuzzExpectation.Verified, source, RequestText.Write(source, contentType, signed, signed.Body.Span), signed.Body)
        { MayClose = mayClose };
    }

    /// <summary>As long as <see cref="FuzzBody.Id"/>, and of each number another.</summary>
    private static string IdOf(long number) => "e" + number.ToString("x15", CultureInfo.InvariantCulture);
}
