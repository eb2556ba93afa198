using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSsl;

/// <summary>Sixteen floats in four 128-bit registers (SSE, NEON).</summary>
public unsafe struct Wide128(Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : IWide<Wide128>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    Vector128<float> _a = a, _b = b, _c = c, _d = d;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Of(float value) =>
        new(Vector128.Create(value), Vector128.Create(value), Vector128.Create(value), Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 operator +(Wide128 x, Wide128 y) => new(x._a + y._a, x._b + y._b, x._c + y._c, x._d + y._d);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 operator -(Wide128 x, Wide128 y) => new(x._a - y._a, x._b - y._b, x._c - y._c, x._d - y._d);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 operator *(Wide128 x, Wide128 y) => new(x._a * y._a, x._b * y._b, x._c * y._c, x._d * y._d);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 operator /(Wide128 x, Wide128 y) => new(x._a / y._a, x._b / y._b, x._c / y._c, x._d / y._d);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 operator -(Wide128 x) => new(-x._a, -x._b, -x._c, -x._d);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 MultiplyAdd(Wide128 x, Wide128 y, Wide128 z) =>
        new(Vector128.FusedMultiplyAdd(x._a, y._a, z._a), Vector128.FusedMultiplyAdd(x._b, y._b, z._b),
            Vector128.FusedMultiplyAdd(x._c, y._c, z._c), Vector128.FusedMultiplyAdd(x._d, y._d, z._d));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Sqrt(Wide128 x) => new(Vector128.Sqrt(x._a), Vector128.Sqrt(x._b), Vector128.Sqrt(x._c), Vector128.Sqrt(x._d));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Min(Wide128 x, Wide128 y) =>
        new(Smaller(x._a, y._a), Smaller(x._b, y._b), Smaller(x._c, y._c), Smaller(x._d, y._d));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Max(Wide128 x, Wide128 y) => new(Larger(x._a, y._a), Larger(x._b, y._b), Larger(x._c, y._c), Larger(x._d, y._d));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Round(Wide128 x) =>
        new(Vector128.Round(x._a), Vector128.Round(x._b), Vector128.Round(x._c), Vector128.Round(x._d));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 PowerOfTwo(Wide128 n) =>
        new(((Vector128.ConvertToInt32Native(n._a) + Vector128.Create(127)) << 23).AsSingle(),
            ((Vector128.ConvertToInt32Native(n._b) + Vector128.Create(127)) << 23).AsSingle(),
            ((Vector128.ConvertToInt32Native(n._c) + Vector128.Create(127)) << 23).AsSingle(),
            ((Vector128.ConvertToInt32Native(n._d) + Vector128.Create(127)) << 23).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Exponent(Wide128 x) =>
        new(Vector128.ConvertToSingle(AboveRootOfHalf(x._a) >> 23),
            Vector128.ConvertToSingle(AboveRootOfHalf(x._b) >> 23),
            Vector128.ConvertToSingle(AboveRootOfHalf(x._c) >> 23),
            Vector128.ConvertToSingle(AboveRootOfHalf(x._d) >> 23));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Mantissa(Wide128 x) =>
        new(((AboveRootOfHalf(x._a) & Vector128.Create(0x007FFFFF)) + Vector128.Create(LaneMath.RootOfHalf)).AsSingle(),
            ((AboveRootOfHalf(x._b) & Vector128.Create(0x007FFFFF)) + Vector128.Create(LaneMath.RootOfHalf)).AsSingle(),
            ((AboveRootOfHalf(x._c) & Vector128.Create(0x007FFFFF)) + Vector128.Create(LaneMath.RootOfHalf)).AsSingle(),
            ((AboveRootOfHalf(x._d) & Vector128.Create(0x007FFFFF)) + Vector128.Create(LaneMath.RootOfHalf)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 IfLess(Wide128 x, Wide128 y, Wide128 then, Wide128 otherwise) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(x._a, y._a), then._a, otherwise._a),
            Vector128.ConditionalSelect(Vector128.LessThan(x._b, y._b), then._b, otherwise._b),
            Vector128.ConditionalSelect(Vector128.LessThan(x._c, y._c), then._c, otherwise._c),
            Vector128.ConditionalSelect(Vector128.LessThan(x._d, y._d), then._d, otherwise._d));

    /// <inheritdoc/>
    // Field by field, in place: the JIT then keeps the sum in its register and moves nothing.
    [MethodImpl(Inline)]
    public static void AddProduct(ref Wide128 sum, Wide128 x, Wide128 y)
    {
        sum._a = Vector128.FusedMultiplyAdd(x._a, y._a, sum._a);
        sum._b = Vector128.FusedMultiplyAdd(x._b, y._b, sum._b);
        sum._c = Vector128.FusedMultiplyAdd(x._c, y._c, sum._c);
        sum._d = Vector128.FusedMultiplyAdd(x._d, y._d, sum._d);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Broadcast(float* source)
    {
        Vector128<float> value = Vector128.Create(*source);
        return new(value, value, value, value);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Load(float* source) =>
        new(Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Load(float* source, int count) =>
        new(Vector128.Load(source) & First(count), Vector128.Load(source + 4) & First(count - 4),
            Vector128.Load(source + 8) & First(count - 8), Vector128.Load(source + 12) & First(count - 12));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Wide128 value, float* target)
    {
        value._a.Store(target);
        value._b.Store(target + 4);
        value._c.Store(target + 8);
        value._d.Store(target + 12);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Wide128 value, float* target, int count)
    {
        StorePart(value._a, target, count);
        StorePart(value._b, target + 4, count - 4);
        StorePart(value._c, target + 8, count - 8);
        StorePart(value._d, target + 12, count - 12);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 Keep(Wide128 value, int count, float fill) =>
        new(Vector128.ConditionalSelect(First(count), value._a, Vector128.Create(fill)),
            Vector128.ConditionalSelect(First(count - 4), value._b, Vector128.Create(fill)),
            Vector128.ConditionalSelect(First(count - 8), value._c, Vector128.Create(fill)),
            Vector128.ConditionalSelect(First(count - 12), value._d, Vector128.Create(fill)));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide128 SwapPairs(Wide128 value) =>
        new(SwapTwoPairs(value._a), SwapTwoPairs(value._b), SwapTwoPairs(value._c), SwapTwoPairs(value._d));

    [MethodImpl(Inline)]
    static Vector128<float> SwapTwoPairs(Vector128<float> x) => Vector128.Shuffle(x, Vector128.Create(1, 0, 3, 2));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Sum(Wide128 value) => SumOfFour((value._a + value._c) + (value._b + value._d));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Largest(Wide128 value) =>
        LargestOf(Vector128.Max(Vector128.Max(value._a, value._c), Vector128.Max(value._b, value._d)));

    [MethodImpl(Inline)]
    internal static float SumOfEight(Vector256<float> v) => SumOfFour(v.GetLower() + v.GetUpper());

    [MethodImpl(Inline)]
    static float SumOfFour(Vector128<float> v)
    {
        Vector128<float> pairs = v + Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1));
        return pairs.ToScalar() + pairs.GetElement(1);
    }

    [MethodImpl(Inline)]
    internal static float LargestOf(Vector256<float> v) => LargestOf(Vector128.Max(v.GetLower(), v.GetUpper()));

    [MethodImpl(Inline)]
    static float LargestOf(Vector128<float> v)
    {
        Vector128<float> pairs = Vector128.Max(v, Vector128.Shuffle(v, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(pairs.ToScalar(), pairs.GetElement(1));
    }

    // SSE's MINPS and MAXPS hand back the second operand when one is NaN; elsewhere the comparison says the same.
    [MethodImpl(Inline)]
    static Vector128<float> Smaller(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.Min(x, y) : Vector128.ConditionalSelect(Vector128.LessThan(x, y), x, y);

    [MethodImpl(Inline)]
    static Vector128<float> Larger(Vector128<float> x, Vector128<float> y) =>
        Sse.IsSupported ? Sse.Max(x, y) : Vector128.ConditionalSelect(Vector128.GreaterThan(x, y), x, y);

    [MethodImpl(Inline)]
    static void StorePart(Vector128<float> value, float* target, int count)
    {
        if (count >= 4) { value.Store(target); return; }
        if (count > 0) target[0] = value.GetElement(0);
        if (count > 1) target[1] = value.GetElement(1);
        if (count > 2) target[2] = value.GetElement(2);
    }

    [MethodImpl(Inline)]
    static Vector128<float> First(int count) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Vector128<int> AboveRootOfHalf(Vector128<float> x) => x.AsInt32() - Vector128.Create(LaneMath.RootOfHalf);
}
