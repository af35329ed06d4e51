namespace WebhookReceiver.Senders;

/// <summary>How many typing slips lie between two names: a letter too many, missing, wrong, or two swapped.</summary>
internal static class EditDistance
{
    // No name of ours is longer; a longer text is no misspelling of one.
    private const int MaxLength = 64;

    public static string? Nearest(string text, IReadOnlyList<string> names)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return null;
        }

        string? nearest = null;
        int least = (text.Length / 3) + 1;
        foreach (string name in names)
        {
            int distance = Between(text, name);
            if (distance < least)
            {
                (nearest, least) = (name, distance);
            }
        }

        return nearest;
    }

    /// <summary>The optimal string alignment distance, ignoring the case of ASCII letters.</summary>
    public static int Between(string one, string other)
    {
        int[,] cost = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++)
        {
            cost[i, 0] = i;
        }

        for (int j = 0; j <= other.Length; j++)
        {
            cost[0, j] = j;
        }

        for (int i = 1; i <= one.Length; i++)
        {
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = cost[i - 1, j - 1] + (Same(one[i - 1], other[j - 1]) ? 0 : 1);
                cost[i, j] = Math.Min(replaced, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && Same(one[i - 1], other[j - 2]) && Same(one[i - 2], other[j - 1]))
                {
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
                }
            }
        }

        return cost[one.Length, other.Length];
    }

    private static bool Same(char one, char other) => char.ToLowerInvariant(one) == char.ToLowerInvariant(other);
}
