using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSsl;

/// <summary>Sixteen floats in one AVX-512 register. Without AVX-512 a pair of AVX registers stands in: slow, but the same numbers,
/// so that code for such registers can be tested on any machine that has AVX2.</summary>
public unsafe struct Wide512(Vector512<float> a) : IWide<Wide512>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    Vector512<float> _a = a;

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Of(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 operator +(Wide512 x, Wide512 y) => new(x._a + y._a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 operator -(Wide512 x, Wide512 y) => new(x._a - y._a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 operator *(Wide512 x, Wide512 y) => new(x._a * y._a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 operator /(Wide512 x, Wide512 y) => new(x._a / y._a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 operator -(Wide512 x) => new(-x._a);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 MultiplyAdd(Wide512 x, Wide512 y, Wide512 z) => new(Vector512.FusedMultiplyAdd(x._a, y._a, z._a));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Sqrt(Wide512 x) => new(Vector512.Sqrt(x._a));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Min(Wide512 x, Wide512 y) =>
        Avx512F.IsSupported ? new(Avx512F.Min(x._a, y._a)) : Join(Wide256.Min(Split(x), Split(y)));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Max(Wide512 x, Wide512 y) =>
        Avx512F.IsSupported ? new(Avx512F.Max(x._a, y._a)) : Join(Wide256.Max(Split(x), Split(y)));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Round(Wide512 x) => new(Vector512.Round(x._a));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 PowerOfTwo(Wide512 n) => new(((Vector512.ConvertToInt32Native(n._a) + Vector512.Create(127)) << 23).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Exponent(Wide512 x) => new(Vector512.ConvertToSingle(AboveRootOfHalf(x) >> 23));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Mantissa(Wide512 x) =>
        new(((AboveRootOfHalf(x) & Vector512.Create(0x007FFFFF)) + Vector512.Create(LaneMath.RootOfHalf)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 IfLess(Wide512 x, Wide512 y, Wide512 then, Wide512 otherwise) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(x._a, y._a), then._a, otherwise._a));

    /// <inheritdoc/>
    // Field by field, in place: the JIT then keeps the sum in its register and moves nothing.
    [MethodImpl(Inline)]
    public static void AddProduct(ref Wide512 sum, Wide512 x, Wide512 y)
    {
        sum._a = Vector512.FusedMultiplyAdd(x._a, y._a, sum._a);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Broadcast(float* source) => new(Vector512.Create(*source));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Load(float* source) => new(Vector512.Load(source));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Load(float* source, int count) => new(Vector512.Load(source) & First(count));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Wide512 value, float* target)
    {
        value._a.Store(target);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Wide512 value, float* target, int count)
    {
        if (Avx512F.IsSupported) Avx512F.MaskStore(target, First(count), value._a);
        else Wide256.Store(Split(value), target, count);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 Keep(Wide512 value, int count, float fill) =>
        new(Vector512.ConditionalSelect(First(count), value._a, Vector512.Create(fill)));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Wide512 SwapPairs(Wide512 value) => new(Avx512F.Permute4x32(value._a, 0b10_11_00_01));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Sum(Wide512 value) => Wide256.Sum(Split(value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Largest(Wide512 value) => Wide256.Largest(Split(value));

    [MethodImpl(Inline)]
    static Vector512<float> First(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Vector512<int> AboveRootOfHalf(Wide512 x) => x._a.AsInt32() - Vector512.Create(LaneMath.RootOfHalf);

    [MethodImpl(Inline)]
    static Wide256 Split(Wide512 value) => new(value._a.GetLower(), value._a.GetUpper());

    [MethodImpl(Inline)]
    static Wide512 Join(Wide256 value) => new(Vector512.Create(value.Lower, value.Upper));
}
