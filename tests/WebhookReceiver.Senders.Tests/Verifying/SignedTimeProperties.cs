using System.Globalization;
using CsCheck;

namespace WebhookReceiver.Senders.Tests.Verifying;

public sealed class SignedTimeProperties
{
    private static readonly Gen<TimestampFormat> Formats = Gen.OneOf(Enum.GetValues<TimestampFormat>());

    [Fact]
    public void Time_Written_ReadsBackTheSame() =>
        Gen.Select(Formats, Gen.Long[0, 99_999_999_999]).Holds(static (format, seconds) =>
        {
            DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(seconds);
            Assert.True(SignedTime.TryRead(format, SignedTime.Write(format, time), out DateTimeOffset read));
            Assert.Equal(time, read);
        });

    [Fact]
    public void Time_OfAnyText_IsWhatItsDigitsSay() =>
        Gen.Select(Gen.OneOf(TimestampFormat.UnixSeconds, TimestampFormat.UnixMilliseconds), Gen.Long[0, long.MaxValue])
            .SelectMany(static (format, number) => PropertyRuns.Changed(number.ToString(CultureInfo.InvariantCulture)).Select(text => (format, text)))
            .Holds(static input =>
            {
                bool isSeconds = input.format == TimestampFormat.UnixSeconds;
                bool isRight = input.text.Length > 0 && input.text.Length <= (isSeconds ? 11 : 14) && input.text.All(char.IsAsciiDigit);
                Assert.Equal(isRight, SignedTime.TryRead(input.format, input.text, out DateTimeOffset time));
                Assert.True(!isRight || long.Parse(input.text, CultureInfo.InvariantCulture) == (isSeconds ? time.ToUnixTimeSeconds() : time.ToUnixTimeMilliseconds()));
            });

    [Fact]
    public void Time_OfAnyTextWithAZone_IsWhatTheFrameworkReads() =>
        Gen.OneOf("2026-01-15T09:30:00Z", "2026-01-15T09:30:00.123456+01:00", "2026-12-31T23:59:59.1234567-12:30").SelectMany(PropertyRuns.Changed).Holds(static text =>
        {
            if (SignedTime.TryRead(TimestampFormat.Rfc3339, text, out DateTimeOffset time))
            {
                Assert.True(DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTimeOffset read) && (time - read).Duration() < TimeSpan.FromMicroseconds(1), text);
            }
        });

    [Fact]
    public void Time_WithinTheToleranceBothWays_IsVerifiedAndNoOther() =>
        Gen.Select(Gen.Long[-1_000, 1_000], Gen.Int[0, 900]).Holds(static (offset, tolerance) =>
        {
            SignatureOutcome expected = offset > tolerance ? SignatureOutcome.TimestampAhead : offset < -tolerance ? SignatureOutcome.TimestampStale : SignatureOutcome.Verified;
            Assert.Equal(expected, SignedTime.Judge(Delivery.SignedAt.AddSeconds(offset), Delivery.SignedAt, TimeSpan.FromSeconds(tolerance)));
        });
}
