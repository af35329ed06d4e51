using System.Globalization;

namespace WebhookReceiver.Senders;

/// <summary>The signed time: of numbers digits and nothing else, so that one time has one meaning and no text can overflow.</summary>
internal static class SignedTime
{
    private const int MaxSecondsDigits = 11;
    private const int MaxMillisecondsDigits = 14;
    private const int MaxTextLength = 40;

    // RFC 3339 5.6, with as many digits of a second as there are.
    private static readonly string[] TextFormats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK"];

    public static bool TryRead(TimestampFormat format, ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (format == TimestampFormat.Rfc3339)
        {
            return TryReadText(text, out time);
        }

        bool isSeconds = format == TimestampFormat.UnixSeconds;
        if (text.IsEmpty || text.Length > (isSeconds ? MaxSecondsDigits : MaxMillisecondsDigits))
        {
            return false;
        }

        long number = 0;
        foreach (char digit in text)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        // Eleven digits of seconds, or fourteen of milliseconds, end in the year 5138.
        time = isSeconds ? DateTimeOffset.FromUnixTimeSeconds(number) : DateTimeOffset.FromUnixTimeMilliseconds(number);
        return true;
    }

    public static string Write(TimestampFormat format, DateTimeOffset time) => format switch
    {
        TimestampFormat.UnixSeconds => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        TimestampFormat.UnixMilliseconds => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        TimestampFormat.Rfc3339 => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException($"Unknown format {format}."),
    };

    /// <summary>Whether the time is within the tolerance of the clock, both ends included.</summary>
    public static SignatureOutcome Judge(DateTimeOffset signedAt, DateTimeOffset now, TimeSpan tolerance, TimestampDirection direction = TimestampDirection.Both)
    {
        TimeSpan age = now - signedAt;
        return age > tolerance ? SignatureOutcome.TimestampStale
            : age < -tolerance && direction == TimestampDirection.Both ? SignatureOutcome.TimestampAhead
            : SignatureOutcome.Verified;
    }

    /// <summary>A time must say its zone, or it means another moment to another reader.</summary>
    private static bool TryReadText(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length is 0 or > MaxTextLength || !(text[^1] is 'Z' or 'z' || (text.Length > 6 && text[^3] == ':' && text[^6] is '+' or '-')))
        {
            return false;
        }

        // Twitch writes nanoseconds, of which the framework reads seven digits.
        int fraction = text.IndexOf('.');
        int end = fraction < 0 ? -1 : text[(fraction + 1)..].IndexOfAnyExceptInRange('0', '9');
        if (end == 0)
        {
            return false;
        }

        Span<char> written = stackalloc char[MaxTextLength];
        text.CopyTo(written);
        int length = text.Length;
        if (end > 7)
        {
            text[(fraction + 1 + end)..].CopyTo(written[(fraction + 8)..]);
            length -= end - 7;
        }

        return DateTimeOffset.TryParseExact(written[..length], TextFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }
}
