namespace WebhookReceiver.Fuzz;

/// <summary>Numbers that a seed decides (SplitMix64): cheap to begin, so that each request has dice of its own and can be made again by its number alone.</summary>
internal struct Dice(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The dice of one request of a run.</summary>
    public static Dice Of(ulong seed, long number) => new(new Dice(seed ^ 0x5DEE_CE66_D1CE_B00C).Next() ^ ((ulong)number * 0x9E37_79B9_7F4A_7C15));

    public ulong Next()
    {
        ulong mixed = _state += 0x9E37_79B9_7F4A_7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 to one less than <paramref name="end"/>.</summary>
    public int Below(int end) => (int)((Next() >> 33) % (ulong)end);

    public bool OneIn(int times) => Below(times) == 0;

    public T Of<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}
