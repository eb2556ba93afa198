namespace NativeSsl;

/// <summary>
/// Random numbers as a pure function of (seed, stream, counter): the same on every device, at any number of threads, after any resume.
/// Philox 4×32 with ten rounds; Salmon, Moraes, Dror &amp; Shaw 2011, “Parallel random numbers: as easy as 1, 2, 3”, section 3.3.
/// </summary>
public static class Philox
{
    /// <summary>The four numbers of one counter.</summary>
    public static (uint A, uint B, uint C, uint D) Block(ulong seed, ulong stream, ulong counter)
    {
        uint a = (uint)counter, b = (uint)(counter >> 32), c = (uint)stream, d = (uint)(stream >> 32);
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong left = 0xD2511F53UL * a, right = 0xCD9E8D57UL * c;
            (a, b, c, d) = ((uint)(right >> 32) ^ b ^ key0, (uint)right, (uint)(left >> 32) ^ d ^ key1, (uint)left);
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }
        return (a, b, c, d);
    }

    /// <summary>Uniform in [0, 1): the upper 24 bits, so that it never rounds up to one.</summary>
    public static float Uniform(uint bits) => (int)(bits >> 8) * 5.9604645e-8f;
}

/// <summary>A position in one stream of random numbers that moves on as numbers are drawn; saved and restored with a run.</summary>
public sealed class RandomSource(ulong seed, ulong stream)
{
    /// <summary>The next counter to be used.</summary>
    public ulong Position { get; set; }

    /// <summary>The next 32 random bits.</summary>
    public uint NextBits() => Philox.Block(seed, stream, Position++).A;

    /// <summary>Uniform in [0, 1).</summary>
    public float NextUniform() => Philox.Uniform(NextBits());

    /// <summary>Uniform in [0, 1), with 53 bits.</summary>
    public double NextDouble()
    {
        (uint a, uint b, _, _) = Philox.Block(seed, stream, Position++);
        return ((((ulong)a << 32) | b) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>Uniform in 0 … <paramref name="bound"/> − 1.</summary>
    // The upper half of a 64-bit product; with 64 random bits its bias is below bound / 2⁶⁴.
    public int NextInt(int bound)
    {
        (uint a, uint b, _, _) = Philox.Block(seed, stream, Position++);
        return (int)Math.BigMul(((ulong)a << 32) | b, (ulong)bound, out _);
    }

    /// <summary>Standard normal, by Box and Muller.</summary>
    public float NextNormal()
    {
        (uint a, uint b, _, _) = Philox.Block(seed, stream, Position++);
        double radius = Math.Sqrt(-2 * Math.Log((a + 1.0) / 4294967296.0)), angle = 2 * Math.PI * b / 4294967296.0;
        return (float)(radius * Math.Cos(angle));
    }

    /// <summary>Puts the items in random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
