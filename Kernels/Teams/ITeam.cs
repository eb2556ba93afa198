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

    /// <summary>The largest of a row.</summary>
    public static float LargestOf<T>(Floats row, int width) where T : struct, ITeam
    {
        float max = float.NegativeInfinity;
        for (int i = Group.IdxX; i < width; i += Group.DimX) max = Take<Largest>(max, row[i]);
        return T.Fold<Largest>(max);
    }

    /// <summary>Takes one more in.</summary>
    internal static float Take<R>(float total, float value) where R : struct, IReduction => R.Take(new Scalar(total), new Scalar(value)).Value;
}
