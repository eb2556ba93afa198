using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// One float, or a row of sixteen: the arithmetic in which formulas are written once.
/// A GPU thread works on <see cref="Scalar"/>, a CPU core on
/// <see cref="Wide512"/>, <see cref="Wide256"/> or <see cref="Wide128"/>. The wide ones always hold sixteen floats, in one, two or four
/// registers, so that a sum over lanes has the same tree, and the same bits, whatever the machine.
/// </summary>
public interface ILane<T> where T : struct, ILane<T>
{
    /// <summary>The same value on every lane.</summary>
    static abstract T Of(float value);
    /// <summary>a + b</summary>
    static abstract T operator +(T a, T b);
    /// <summary>a − b</summary>
    static abstract T operator -(T a, T b);
    /// <summary>a · b</summary>
    static abstract T operator *(T a, T b);
    /// <summary>a / b</summary>
    static abstract T operator /(T a, T b);
    /// <summary>−a</summary>
    static abstract T operator -(T a);
    /// <summary>a · b + c, rounded once where the hardware can.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);
    /// <summary>√a</summary>
    static abstract T Sqrt(T a);
    /// <summary>The smaller; the second, if either is NaN.</summary>
    static abstract T Min(T a, T b);
    /// <summary>The larger; the second, if either is NaN.</summary>
    static abstract T Max(T a, T b);
    /// <summary>The nearest whole number, ties to even.</summary>
    static abstract T Round(T a);
    /// <summary>2ⁿ for a whole n in −126 … 127; some number for NaN.</summary>
    static abstract T PowerOfTwo(T n);
    /// <summary>The whole e for which a / 2ᵉ lies in [√½, √2), for a normal, positive a.</summary>
    static abstract T Exponent(T a);
    /// <summary>a / 2^Exponent(a), in [√½, √2), for a normal, positive a.</summary>
    static abstract T Mantissa(T a);
    /// <summary>Per lane: a &lt; b ? then : otherwise (a NaN is not less).</summary>
    static abstract T IfLess(T a, T b, T then, T otherwise);
}

/// <summary>Sixteen floats that a CPU core loads, stores and folds.</summary>
public unsafe interface IWide<T> : ILane<T> where T : struct, IWide<T>
{
    /// <summary>Sixteen consecutive floats, of any alignment.</summary>
    static abstract T Load(float* source);
    /// <summary>The first <paramref name="count"/> (1…16) floats, zeros behind. Reads all sixteen:
    /// buffers have 64 bytes of slack at the end.</summary>
    static abstract T Load(float* source, int count);
    /// <summary>The float at <paramref name="source"/> on every lane.</summary>
    static abstract T Broadcast(float* source);
    /// <summary>sum ← sum + x · y, rounded once.</summary>
    static abstract void AddProduct(ref T sum, T x, T y);
    /// <summary>Writes all sixteen.</summary>
    static abstract void Store(T value, float* target);
    /// <summary>Writes the first <paramref name="count"/> (1…16) and touches nothing behind them.</summary>
    static abstract void Store(T value, float* target, int count);
    /// <summary>Keeps the first <paramref name="count"/> lanes and puts <paramref name="fill"/> on the others.</summary>
    static abstract T Keep(T value, int count, float fill);
    /// <summary>Every even lane and the one behind it, exchanged.</summary>
    static abstract T SwapPairs(T value);
    /// <summary>The sum over the lanes: halves, quarters, eighths, pairs.</summary>
    static abstract float Sum(T value);
    /// <summary>The largest lane; NaN if any lane is NaN.</summary>
    static abstract float Largest(T value);
}

/// <summary>How many lanes: for loops and tests.</summary>
public static class Lanes
{
    /// <summary>The floats in every wide lane type.</summary>
    public const int Count = 16;

    /// <summary>A number of floats, rounded up to whole rows of lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RoundUp(int count) => (count + Count - 1) & -Count;

    /// <summary>Whether a lane type is the single one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsScalar<T>() where T : struct, ILane<T> => typeof(T) == typeof(Scalar);
}

/// <summary>One float: the lane of a GPU thread.</summary>
public readonly struct Scalar(float value) : ILane<Scalar>
{
    /// <summary>The float.</summary>
    public float Value => value;
    /// <inheritdoc/>
    public static Scalar Of(float value) => new(value);
    /// <inheritdoc/>
    public static Scalar operator +(Scalar a, Scalar b) => new(a.Value + b.Value);
    /// <inheritdoc/>
    public static Scalar operator -(Scalar a, Scalar b) => new(a.Value - b.Value);
    /// <inheritdoc/>
    public static Scalar operator *(Scalar a, Scalar b) => new(a.Value * b.Value);
    /// <inheritdoc/>
    public static Scalar operator /(Scalar a, Scalar b) => new(a.Value / b.Value);
    /// <inheritdoc/>
    public static Scalar operator -(Scalar a) => new(-a.Value);
    /// <inheritdoc/>
    // Not MathF.FusedMultiplyAdd: ILGPU emits it as a call that no driver resolves; ptxas contracts the plain form.
    public static Scalar MultiplyAdd(Scalar a, Scalar b, Scalar c) => new(a.Value * b.Value + c.Value);
    /// <inheritdoc/>
    public static Scalar Sqrt(Scalar a) => new(MathF.Sqrt(a.Value));
    /// <inheritdoc/>
    // b stands first because a is often a constant: ILGPU moves constants to the right of a comparison, and then takes a NaN for greater, on CUDA alone.
    public static Scalar Min(Scalar a, Scalar b) => b.Value > a.Value ? a : b;
    /// <inheritdoc/>
    public static Scalar Max(Scalar a, Scalar b) => b.Value < a.Value ? a : b;
    /// <inheritdoc/>
    // Adding and taking away 1.5 · 2²³ leaves a float of magnitude below 2²² rounded to a whole number, ties to even, on every device.
    public static Scalar Round(Scalar a) => new((a.Value + 12582912f) - 12582912f);
    /// <inheritdoc/>
    public static Scalar PowerOfTwo(Scalar n) => new(Float(((int)n.Value + 127) << 23));
    /// <inheritdoc/>
    public static Scalar Exponent(Scalar a) => new((Bits(a.Value) - LaneMath.RootOfHalf) >> 23);
    /// <inheritdoc/>
    public static Scalar Mantissa(Scalar a) => new(Float(((Bits(a.Value) - LaneMath.RootOfHalf) & 0x007FFFFF) + LaneMath.RootOfHalf));
    /// <inheritdoc/>
    public static Scalar IfLess(Scalar a, Scalar b, Scalar then, Scalar otherwise) => a.Value < b.Value ? then : otherwise;

    static float Float(int bits) => BitConverter.Int32BitsToSingle(bits);
    static int Bits(float value) => BitConverter.SingleToInt32Bits(value);
}
