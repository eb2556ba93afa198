namespace NativeSsl.Kernels;

/// <summary>m and Σ exp(x − m) of a row.</summary>
readonly struct Normalizer(float max, float sum)
{
    public float Max => max;
    public float Sum => sum;

    /// <summary>
    /// Of a row that may be a vocabulary long, and is read once: each thread keeps the largest of what it has seen and the exponentials beside it, which shrink when a larger one comes.
    /// Milakov &amp; Gimelshein 2018, “Online normalizer calculation for softmax”, algorithm 3.
    /// </summary>
    /// <param name="x">The rows.</param>
    /// <param name="start">The row's first pack.</param>
    /// <param name="packs">How many it has.</param>
    public static Normalizer Of<T, V>(Floats x, long start, int packs) where T : struct, ITeam where V : struct, IPack<V>
    {
        float own = float.NegativeInfinity;
        V sums = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
        {
            V some = V.At(x, start + i);
            float larger = Team.Take<Largest>(own, V.Fold<Largest>(some));
            if (larger != own) sums *= V.Of(DeviceMath.Exp(own - larger));
            own = larger;
            sums += V.Exp(some - V.Of(own == float.NegativeInfinity ? 0f : own));                      // of −∞ alone e^(−∞ − 0), which is nothing
        }
        float max = T.Fold<Largest>(own);
        return new(max, Team.Sum<T, V>(sums * V.Of(DeviceMath.Exp(own - max))));
    }
}
