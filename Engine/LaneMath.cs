using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// exp, log, tanh and erf over lanes, in plain arithmetic: the same formula on every SIMD width and on the GPU, where the hardware's own
/// approximations are coarser. Relative errors are stated; tests hold them against doubles.
/// </summary>
public static class LaneMath
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>eˣ, relative error below 2·10⁻⁷; 0 under −103.97, ∞ over 88.73, NaN stays NaN.</summary>
    // x = n ln 2 + r with |r| ≤ ½ ln 2; eʳ by a polynomial of degree 6 (Cephes expf);
    // times 2ⁿ in two halves, so that neither overflows early.
    [MethodImpl(Inline)]
    public static T Exp<T>(T x) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-105f), T.Min(T.Of(89f), x));                            // the second operand survives a NaN
        T n = T.Round(x * T.Of(1.44269504f));
        T r = T.MultiplyAdd(n, T.Of(2.12194440e-4f), T.MultiplyAdd(n, T.Of(-0.693359375f), x));
        T p = T.MultiplyAdd(T.Of(1.9875691500e-4f), r, T.Of(1.3981999507e-3f));
        p = T.MultiplyAdd(p, r, T.Of(8.3334519073e-3f));
        p = T.MultiplyAdd(p, r, T.Of(4.1665795894e-2f));
        p = T.MultiplyAdd(p, r, T.Of(1.6666665459e-1f));
        p = T.MultiplyAdd(p, r, T.Of(0.5f));
        p = T.MultiplyAdd(p, r * r, r + T.Of(1f));
        T half = T.Round(n * T.Of(0.5f));
        return p * T.PowerOfTwo(half) * T.PowerOfTwo(n - half);
    }

    /// <summary>ln x, relative error below 2·10⁻⁷ away from 1; −∞ at 0, NaN below, ∞ at ∞.</summary>
    // x = 2ᵉ m with m in [√½, √2): ln x = e ln 2 + ln m, and ln m by a polynomial in m − 1 (Cephes logf), summed in pairs: the chain of
    // dependent operations is half as long as Horner's.
    [MethodImpl(Inline)]
    public static T Log<T>(T x) where T : struct, ILane<T>
    {
        T tiny = T.Of(1.17549435e-38f);
        T scaled = T.IfLess(x, tiny, x * T.Of(8388608f), x);                    // lifts subnormals into the normal range
        T e = T.Exponent(scaled) - T.IfLess(x, tiny, T.Of(23f), T.Of(0f));
        T m = T.Mantissa(scaled) - T.Of(1f), square = m * m, fourth = square * square;
        T low = T.MultiplyAdd(T.MultiplyAdd(T.Of(-1.6668057665e-1f), m, T.Of(2.0000714765e-1f)), square,
            T.MultiplyAdd(T.Of(-2.4999993993e-1f), m, T.Of(3.3333331174e-1f)));
        T high = T.MultiplyAdd(T.MultiplyAdd(T.Of(-1.1514610310e-1f), m, T.Of(1.1676998740e-1f)), square,
            T.MultiplyAdd(T.Of(-1.2420140846e-1f), m, T.Of(1.4249322787e-1f)));
        T p = T.MultiplyAdd(T.MultiplyAdd(T.Of(7.0376836292e-2f), fourth, high), fourth, low);
        T y = T.MultiplyAdd(p * m, square, T.MultiplyAdd(e, T.Of(-2.12194440e-4f), square * T.Of(-0.5f)));
        T result = T.MultiplyAdd(e, T.Of(0.693359375f), m + y);
        result = T.IfLess(x, T.Of(1.4e-45f), T.IfLess(x, T.Of(0f), T.Of(float.NaN), T.Of(float.NegativeInfinity)), result);
        return T.IfLess(x, T.Of(float.PositiveInfinity), result, x);            // NaN stays NaN, ∞ stays ∞
    }

    /// <summary>The bits of √½.</summary>
    internal const int RootOfHalf = 0x3F3504F3;

    /// <summary>tanh x, error below 4·10⁻⁷, absolute and relative, never beyond ±1; NaN stays NaN.</summary>
    // A rational function of degree 13 over 6, as in Eigen's ptanh. p / q comes first: x · p may be too small to have all its digits.
    [MethodImpl(Inline)]
    public static T Tanh<T>(T x) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-7.90531110763549805f), T.Min(T.Of(7.90531110763549805f), x));
        T s = x * x;
        T p = T.MultiplyAdd(T.Of(-2.76076847742355e-16f), s, T.Of(2.00018790482477e-13f));
        p = T.MultiplyAdd(p, s, T.Of(-8.60467152213735e-11f));
        p = T.MultiplyAdd(p, s, T.Of(5.12229709037114e-08f));
        p = T.MultiplyAdd(p, s, T.Of(1.48572235717979e-05f));
        p = T.MultiplyAdd(p, s, T.Of(6.37261928875436e-04f));
        p = T.MultiplyAdd(p, s, T.Of(4.89352455891786e-03f));
        T q = T.MultiplyAdd(T.Of(1.19825839466702e-06f), s, T.Of(1.18534705686654e-04f));
        q = T.MultiplyAdd(q, s, T.Of(2.26843463243900e-03f));
        q = T.MultiplyAdd(q, s, T.Of(4.89352518554385e-03f));
        return T.Max(T.Of(-1f), T.Min(T.Of(1f), x * (p / q)));
    }

    /// <summary>erf x, error below 5·10⁻⁷, absolute and relative, never beyond ±1; NaN stays NaN.</summary>
    // A rational function of degree 13 over 8 on [−4, 4], as in Eigen's perf; p / q first, as above.
    [MethodImpl(Inline)]
    public static T Erf<T>(T x) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-4f), T.Min(T.Of(4f), x));
        T s = x * x;
        T p = T.MultiplyAdd(T.Of(-2.72614225801306e-10f), s, T.Of(2.77068142495902e-08f));
        p = T.MultiplyAdd(p, s, T.Of(-2.10102402082508e-06f));
        p = T.MultiplyAdd(p, s, T.Of(-5.69250639462346e-05f));
        p = T.MultiplyAdd(p, s, T.Of(-7.34990630326855e-04f));
        p = T.MultiplyAdd(p, s, T.Of(-2.95459980854025e-03f));
        p = T.MultiplyAdd(p, s, T.Of(-1.60960333262415e-02f));
        T q = T.MultiplyAdd(T.Of(-1.45660718464996e-05f), s, T.Of(-2.13374055278905e-04f));
        q = T.MultiplyAdd(q, s, T.Of(-1.68282697438203e-03f));
        q = T.MultiplyAdd(q, s, T.Of(-7.37332916720468e-03f));
        q = T.MultiplyAdd(q, s, T.Of(-1.42647390514189e-02f));
        return T.Max(T.Of(-1f), T.Min(T.Of(1f), x * (p / q)));
    }

    /// <summary>σ(x) = 1 / (1 + e⁻ˣ)</summary>
    [MethodImpl(Inline)]
    public static T Sigmoid<T>(T x) where T : struct, ILane<T> => T.Of(1f) / (T.Of(1f) + Exp(-x));
}
