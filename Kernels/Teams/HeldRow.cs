namespace NativeSsl.Kernels;

/// <summary>
/// A thread's part of a row, read once and kept in registers: up to four packs, as far apart as the team is large; zeros where the row has ended. A struct of four,
/// because an array that is indexed by what the assembler does not know lies in memory.
/// </summary>
readonly struct HeldRow<V>(V a, V b, V c, V d) where V : struct, IPack<V>
{
    V A => a;
    V B => b;
    V C => c;
    V D => d;

    /// <summary>Of the row that begins at a pack and has so many.</summary>
    public static HeldRow<V> At(Floats x, long start, int packs) =>
        new(At(x, start, packs, 0), At(x, start, packs, 1), At(x, start, packs, 2), At(x, start, packs, 3));

    static V At(Floats x, long start, int packs, int which) => Index(which) < packs ? V.At(x, start + Index(which)) : V.Of(0f);

    public static void Set(Floats x, long start, int packs, HeldRow<V> values)
    {
        Set(x, start, packs, 0, values.A);
        Set(x, start, packs, 1, values.B);
        Set(x, start, packs, 2, values.C);
        Set(x, start, packs, 3, values.D);
    }

    static void Set(Floats x, long start, int packs, int which, V value)
    {
        if (Index(which) < packs) V.Set(x, start + Index(which), value);
    }

    static int Index(int which) => Group.IdxX + which * Group.DimX;

    public V Sum => a + b + c + d;

    public static HeldRow<V> operator +(HeldRow<V> left, HeldRow<V> right) => new(left.A + right.A, left.B + right.B, left.C + right.C, left.D + right.D);
    public static HeldRow<V> operator -(HeldRow<V> left, HeldRow<V> right) => new(left.A - right.A, left.B - right.B, left.C - right.C, left.D - right.D);
    public static HeldRow<V> operator *(HeldRow<V> left, HeldRow<V> right) => new(left.A * right.A, left.B * right.B, left.C * right.C, left.D * right.D);
    public static HeldRow<V> operator +(HeldRow<V> left, V right) => left + new HeldRow<V>(right, right, right, right);
    public static HeldRow<V> operator -(HeldRow<V> left, V right) => left - new HeldRow<V>(right, right, right, right);
    public static HeldRow<V> operator *(HeldRow<V> left, V right) => left * new HeldRow<V>(right, right, right, right);
}

static class HeldRow
{
    /// <summary>Of a thread.</summary>
    internal const int MostPacks = 4;
}
