namespace WebhookReceiver.Senders;

/// <summary>The signed time: digits and nothing else, so that one time has one meaning and no text can overflow.</summary>
internal static class SignedTime
{
    private const int MaxSecondsDigits = 11;
    private const int MaxMillisecondsDigits = 14;

    public static bool TryRead(TimestampFormat format, ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
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

    /// <summary>Whether the time is within the tolerance of the clock, both ends included.</summary>
    public static SignatureOutcome Judge(DateTimeOffset signedAt, DateTimeOffset now, TimeSpan tolerance)
    {
        TimeSpan age = now - signedAt;
        return age > tolerance ? SignatureOutcome.TimestampStale
            : age < -tolerance ? SignatureOutcome.TimestampAhead
            : SignatureOutcome.Verified;
    }
}
