using System.Globalization;

namespace WebhookReceiver.Fuzz;

/// <summary>What the command was told.</summary>
internal sealed record FuzzOptions
{
    /// <summary>How many requests are sent at most.</summary>
    public long Requests { get; private init; } = 200_000;

    /// <summary>For how many seconds requests are sent at most.</summary>
    public int Seconds { get; private init; } = 40;

    /// <summary>What decides every request.</summary>
    public ulong Seed { get; private init; } = 1;

    /// <summary>A file of an earlier failure, whose requests are sent again instead.</summary>
    public string? Replay { get; private init; }

    /// <summary>Reads the arguments.</summary>
    /// <returns><see langword="null"/> where they are not as they must be.</returns>
    public static FuzzOptions? Parse(string[] arguments)
    {
        var options = new FuzzOptions();
        for (int at = 0; at + 1 < arguments.Length; at += 2)
        {
            string text = arguments[at + 1];
            bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
            switch (arguments[at])
            {
                case "--requests" when isNumber && number > 0:
                    options = options with { Requests = number };
                    break;
                case "--seconds" when isNumber && number is > 0 and <= 86_400:
                    options = options with { Seconds = (int)number };
                    break;
                case "--seed" when isNumber:
                    options = options with { Seed = (ulong)number };
                    break;
                case "--replay" when File.Exists(text):
                    options = options with { Replay = text };
                    break;
                default:
                    return null;
            }
        }

        return arguments.Length % 2 == 0 ? options : null;
    }
}
