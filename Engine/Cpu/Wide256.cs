using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSsl;

/// <summary>Sixteen floats in two AVX registers.</summary>
public unsafe struct Wide256(Vector256<float> a, Vector256<float> b) : IWide<Wide256>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    Vector256<float> _a = a, _b = b;

    internal readonly Vector256<float> Lower => _a;
    internal readonly Vector256<float> Upper => _b;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Of(float value) => new(Vector256.Create(value), Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 operator +(Wide256 x, Wide256 y) => new(x._a + y._a, x._b + y._b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 operator -(Wide256 x, Wide256 y) => new(x._a - y._a, x._b - y._b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 operator *(Wide256 x, Wide256 y) => new(x._a * y._a, x._b * y._b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 operator /(Wide256 x, Wide256 y) => new(x._a / y._a, x._b / y._b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 operator -(Wide256 x) => new(-x._a, -x._b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 MultiplyAdd(Wide256 x, Wide256 y, Wide256 z) =>
        new(Vector256.FusedMultiplyAdd(x._a, y._a, z._a), Vector256.FusedMultiplyAdd(x._b, y._b, z._b));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Sqrt(Wide256 x) => new(Vector256.Sqrt(x._a), Vector256.Sqrt(x._b));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Min(Wide256 x, Wide256 y) => new(Avx.Min(x._a, y._a), Avx.Min(x._b, y._b));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Max(Wide256 x, Wide256 y) => new(Avx.Max(x._a, y._a), Avx.Max(x._b, y._b));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Round(Wide256 x) => new(Vector256.Round(x._a), Vector256.Round(x._b));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 PowerOfTwo(Wide256 n) =>
        new(((Vector256.ConvertToInt32Native(n._a) + Vector256.Create(127)) << 23).AsSingle(),
            ((Vector256.ConvertToInt32Native(n._b) + Vector256.Create(127)) << 23).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Exponent(Wide256 x) =>
        new(Vector256.ConvertToSingle(AboveRootOfHalf(x._a) >> 23),
            Vector256.ConvertToSingle(AboveRootOfHalf(x._b) >> 23));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Mantissa(Wide256 x) =>
        new(((AboveRootOfHalf(x._a) & Vector256.Create(0x007FFFFF)) + Vector256.Create(LaneMath.RootOfHalf)).AsSingle(),
            ((AboveRootOfHalf(x._b) & Vector256.Create(0x007FFFFF)) + Vector256.Create(LaneMath.RootOfHalf)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 IfLess(Wide256 x, Wide256 y, Wide256 then, Wide256 otherwise) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(x._a, y._a), then._a, otherwise._a),
            Vector256.ConditionalSelect(Vector256.LessThan(x._b, y._b), then._b, otherwise._b));

    /// <inheritdoc/>
    // Field by field, in place: the JIT then keeps the sum in its register and moves nothing.
    [MethodImpl(Inline)]
    public static void AddProduct(ref Wide256 sum, Wide256 x, Wide256 y)
    {
        sum._a = Vector256.FusedMultiplyAdd(x._a, y._a, sum._a);
        sum._b = Vector256.FusedMultiplyAdd(x._b, y._b, sum._b);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Broadcast(float* source)
    {
        Vector256<float> value = Vector256.Create(*source);
        return new(value, value);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Load(float* source, int count) =>
        new(Vector256.Load(source) & First(count), Vector256.Load(source + 8) & First(count - 8));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Wide256 value, float* target)
    {
        value._a.Store(target);
        value._b.Store(target + 8);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Wide256 value, float* target, int count)
    {
        Avx.MaskStore(target, First(count), value._a);
        Avx.MaskStore(target + 8, First(count - 8), value._b);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 Keep(Wide256 value, int count, float fill) =>
        new(Vector256.ConditionalSelect(First(count), value._a, Vector256.Create(fill)),
            Vector256.ConditionalSelect(First(count - 8), value._b, Vector256.Create(fill)));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide256 SwapPairs(Wide256 value) => new(Avx.Permute(value._a, 0b10_11_00_01), Avx.Permute(value._b, 0b10_11_00_01));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Sum(Wide256 value) => Wide128.SumOfEight(value._a + value._b);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Largest(Wide256 value) => Wide128.LargestOf((Vector256.Max(value._a, value._b)));

    [MethodImpl(Inline)]
    static Vector256<float> First(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Vector256<int> AboveRootOfHalf(Vector256<float> x) => x.AsInt32() - Vector256.Create(LaneMath.RootOfHalf);
}
