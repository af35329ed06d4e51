namespace WebhookReceiver.Fuzz.Cases;

/// <summary>Changes bodies where their parts stand.</summary>
internal static class BodyChanges
{
    private const int Large = 1_100_000;

    private static readonly byte[] Blanks = [.. Enumerable.Repeat((byte)' ', Large)];

    /// <summary>Changes a body in one to three ways.</summary>
    public static byte[] Change(FuzzBody from, byte[] body, ref Dice dice)
    {
        int times = dice.OneIn(4) ? 1 + dice.Below(3) : 1;
        for (; times > 0 && body.Length > 0; times--)
        {
            body = dice.Below(5) == 0 ? ChangeBytes(body, ref dice)
                : from.Format == FuzzFormat.Json ? ChangeJson(from, body, ref dice)
                : ChangePieces(from.Format == FuzzFormat.Form ? OddValues.FormPieces : OddValues.MultipartPieces, body, ref dice);
        }

        return body;
    }

    /// <summary>Another bit somewhere: never the same body.</summary>
    public static byte[] FlipBit(byte[] body, ref Dice dice)
    {
        byte[] flipped = [.. body];
        flipped[dice.Below(body.Length)] ^= (byte)(1 << dice.Below(8));
        return flipped;
    }

    private static byte[] ChangeJson(FuzzBody from, byte[] body, ref Dice dice)
    {
        FuzzToken token = from.Tokens[dice.Below(from.Tokens.Count)];
        if (token.End > body.Length)
        {
            return ChangeBytes(body, ref dice);
        }

        switch (dice.Below(10))
        {
            case 0:
                return Replace(body, token.Start, token.End, []);
            case 1:
                // Once more beside itself: a name twice, or two elements.
                ReadOnlySpan<byte> itself = body.AsSpan(token.Start, token.End - token.Start);
                return Replace(body, token.End, token.End, token.IsName ? [.. ":0,"u8, .. itself] : [.. ","u8, .. itself]);
            case 2 when !token.IsName:
                return Replace(body, token.End, token.End, ",\"id\":\"second\",\"type\":\"second\",\"data\":{}"u8);
            default:
                return Replace(body, token.Start, token.End, dice.Of<byte[]>(token.IsName ? OddValues.Names : OddValues.Values));
        }
    }

    private static byte[] ChangePieces(byte[][] pieces, byte[] body, ref Dice dice)
    {
        int start = dice.Below(body.Length + 1);
        int end = dice.OneIn(2) ? start : Math.Min(body.Length, start + dice.Below(8));
        return Replace(body, start, end, dice.Of<byte[]>(pieces));
    }

    private static byte[] ChangeBytes(byte[] body, ref Dice dice)
    {
        int at = dice.Below(body.Length);
        switch (dice.Below(12))
        {
            case 0:
                return FlipBit(body, ref dice);
            case 1:
                return body[..at];
            case 2:
                return body[at..];
            case 3:
                return Replace(body, at, Math.Min(body.Length, at + 1 + dice.Below(16)), []);
            case 4:
                return Replace(body, at, at, [(byte)dice.Below(256)]);
            case 5:
                return [.. "\uFEFF"u8, .. body];
            case 6:
                return [.. body, .. body];
            case 7:
                return [.. body, .. " \r\n\t"u8];
            case 8:
                return System.Text.Encoding.Unicode.GetBytes(System.Text.Encoding.Latin1.GetString(body));
            case 9 when dice.OneIn(50):
                return [.. body, .. Blanks];
            case 10 when dice.OneIn(20):
                return [];
            default:
                return Replace(body, at, at, body.AsSpan(dice.Below(body.Length)));
        }
    }

    private static byte[] Replace(byte[] body, int start, int end, ReadOnlySpan<byte> by)
    {
        byte[] changed = new byte[body.Length - (end - start) + by.Length];
        body.AsSpan(0, start).CopyTo(changed);
        by.CopyTo(changed.AsSpan(start));
        body.AsSpan(end).CopyTo(changed.AsSpan(start + by.Length));
        return changed;
    }
}
