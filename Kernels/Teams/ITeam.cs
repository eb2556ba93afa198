namespace NativeSsl.Kernels;

/// <summary>
/// The threads of a group, folding a number of each into one that all of them get, in an order that the group's size alone decides. A type parameter of
/// kernels, so that what a device does not have is not in its text.
/// </summary>
interface ITeam
{
    static abstract float Fold<R>(float value) where R : struct, IReduction;
}

static class Team
{
    public static float Sum<T>(float value) where T : struct, ITeam => T.Fold<Sum>(value);

    public static float Sum<T, V>(V value) where T : struct, ITeam where V : struct, IPack<V> => T.Fold<Sum>(V.Fold<Sum>(value));

    /// <summary>The largest of a row, which begins at a pack and has so many, of which a part is held.</summary>
    public static float LargestOf<T, V>(HeldRow<V> held, Floats x, long start, int packs) where T : struct, ITeam where V : struct, IPack<V>
    {
        float max = held.Fold<Largest>();
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) max = Take<Largest>(max, V.Fold<Largest>(V.At(x, start + i)));
        return T.Fold<Largest>(max);
    }

    /// <summary>Takes one more in.</summary>
    internal static float Take<R>(float total, float value) where R : struct, IReduction => R.Take(new Scalar(total), new Scalar(value)).Value;
}
