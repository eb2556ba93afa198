namespace NativeSsl.Kernels;

/// <summary>
/// Neighbours of a row that a thread reads, works on and writes at once: <see cref="Float4"/> where rows are whole fours, <see cref="Float1"/> elsewhere. A type
/// parameter, so that a kernel of rows is written once.
/// </summary>
interface IPack<V> where V : struct, IPack<V>
{
    /// <summary>Of floats.</summary>
    static abstract int Count { get; }

    /// <summary>One float for all.</summary>
    static abstract V Of(float all);

    /// <summary>A float at one place, zero elsewhere; zero everywhere if the place lies outside.</summary>
    static abstract V OneHot(int place, float value);

    /// <summary>The i-th pack of the whole: of a view that begins elsewhere ILGPU does not know that it may be read by fours.</summary>
    static abstract V At(Floats x, long i);
    static abstract void Set(Floats x, long i, V value);
    static abstract void Set<E>(E x, long i, V value) where E : struct, INumbers;

    static abstract V operator +(V left, V right);
    static abstract V operator -(V left, V right);
    static abstract V operator *(V left, V right);
    static abstract V operator /(V left, V right);
    static abstract V Exp(V x);

    /// <summary>Takes one more in, float by float.</summary>
    static abstract V Take<R>(V total, V x) where R : struct, IReduction;

    /// <summary>One of two, float by float; the second where either side is NaN.</summary>
    static abstract V IfLess(V left, V right, V yes, V no);

    /// <summary>The floats taken together, in order.</summary>
    static abstract float Fold<R>(V x) where R : struct, IReduction;
}

/// <summary>One float.</summary>
readonly struct Float1(float value) : IPack<Float1>
{
    float Value => value;

    public static int Count => 1;
    public static Float1 Of(float all) => new(all);
    public static Float1 OneHot(int place, float value) => new(place == 0 ? value : 0f);
    public static Float1 At(Floats x, long i) => new(x[i]);
    public static void Set(Floats x, long i, Float1 value) => x[i] = value.Value;
    public static void Set<E>(E x, long i, Float1 value) where E : struct, INumbers => x.Set(i, value.Value);
    public static Float1 operator +(Float1 left, Float1 right) => new(left.Value + right.Value);
    public static Float1 operator -(Float1 left, Float1 right) => new(left.Value - right.Value);
    public static Float1 operator *(Float1 left, Float1 right) => new(left.Value * right.Value);
    public static Float1 operator /(Float1 left, Float1 right) => new(left.Value / right.Value);
    public static Float1 Exp(Float1 x) => new(DeviceMath.Exp(x.Value));
    public static Float1 Take<R>(Float1 total, Float1 x) where R : struct, IReduction => new(Team.Take<R>(total.Value, x.Value));
    public static Float1 IfLess(Float1 left, Float1 right, Float1 yes, Float1 no) => new(left.Value < right.Value ? yes.Value : no.Value);
    public static float Fold<R>(Float1 x) where R : struct, IReduction => x.Value;
}
