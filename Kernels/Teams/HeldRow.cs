namespace NativeSsl.Kernels;

/// <summary>
/// A thread's part of a row, read once and kept in registers: up to four packs, as far apart as the team is large. What a wider row has beyond them (<see cref="HeldRow.Beyond"/>) is read as often as it
/// is needed. A struct of four, because an array that is indexed by what the assembler does not know lies in memory.
/// </summary>
readonly struct HeldRow<V>(V a, V b, V c, V d) where V : struct, IPack<V>
{
    V A => a;
    V B => b;
    V C => c;
    V D => d;

    /// <summary>Of the row that begins at a pack and has so many; where it has ended, the given float instead.</summary>
    public static HeldRow<V> At(Floats x, long start, int packs, float ended = 0f) =>
        new(At(x, start, packs, 0, ended), At(x, start, packs, 1, ended), At(x, start, packs, 2, ended), At(x, start, packs, 3, ended));

    static V At(Floats x, long start, int packs, int which, float ended) => Index(which) < packs ? V.At(x, start + Index(which)) : V.Of(ended);

    /// <summary>Zeros where a row of so many packs has ended.</summary>
    public HeldRow<V> Within(int packs) =>
        new(Index(0) < packs ? a : V.Of(0f), Index(1) < packs ? b : V.Of(0f), Index(2) < packs ? c : V.Of(0f), Index(3) < packs ? d : V.Of(0f));

    public static void Set(Floats x, long start, int packs, HeldRow<V> values) => Set(new Float32Numbers(x), start, packs, values);

    public static void Set<E>(E x, long start, int packs, HeldRow<V> values) where E : struct, INumbers
    {
        Set(x, start, packs, 0, values.A);
        Set(x, start, packs, 1, values.B);
        Set(x, start, packs, 2, values.C);
        Set(x, start, packs, 3, values.D);
    }

    static void Set<E>(E x, long start, int packs, int which, V value) where E : struct, INumbers
    {
        if (Index(which) < packs) V.Set(x, start + Index(which), value);
    }

    static int Index(int which) => Group.IdxX + which * Group.DimX;

    public V Sum => a + b + c + d;

    public float Fold<R>() where R : struct, IReduction => Team.Take<R>(Team.Take<R>(Team.Take<R>(V.Fold<R>(a), V.Fold<R>(b)), V.Fold<R>(c)), V.Fold<R>(d));

    public static HeldRow<V> Exp(HeldRow<V> x) => new(V.Exp(x.A), V.Exp(x.B), V.Exp(x.C), V.Exp(x.D));

    public static HeldRow<V> operator +(HeldRow<V> left, HeldRow<V> right) => new(left.A + right.A, left.B + right.B, left.C + right.C, left.D + right.D);
    public static HeldRow<V> operator -(HeldRow<V> left, HeldRow<V> right) => new(left.A - right.A, left.B - right.B, left.C - right.C, left.D - right.D);
    public static HeldRow<V> operator *(HeldRow<V> left, HeldRow<V> right) => new(left.A * right.A, left.B * right.B, left.C * right.C, left.D * right.D);
    public static HeldRow<V> operator +(HeldRow<V> left, V right) => left + new HeldRow<V>(right, right, right, right);
    public static HeldRow<V> operator -(HeldRow<V> left, V right) => left - new HeldRow<V>(right, right, right, right);
    public static HeldRow<V> operator *(HeldRow<V> left, V right) => left * new HeldRow<V>(right, right, right, right);
    public static HeldRow<V> operator /(HeldRow<V> left, V right) => new(left.A / right, left.B / right, left.C / right, left.D / right);
}

static class HeldRow
{
    /// <summary>Of a thread.</summary>
    internal const int MostPacks = 4;

    /// <summary>A thread's first pack that it does not hold, of a row that has so many.</summary>
    internal static int Beyond => Group.IdxX + MostPacks * Group.DimX;
}
