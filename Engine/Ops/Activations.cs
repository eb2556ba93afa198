using System.Runtime.CompilerServices;

namespace NativeSsl;

// Smooth activations tend to 0 on the far left, where the formula says ∞ · 0. Their argument is therefore held inside bounds beyond which
// the value or slope has reached its limit in single precision. The bound comes first in Max and Min, so that a NaN passes.

/// <summary>max(0, x);  slope 1 right of 0, else 0. Relu(NaN) is NaN.</summary>
public readonly struct Relu : IActivation
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x) where T : struct, ILane<T> => T.Max(T.Of(0f), x);
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T x, T y) where T : struct, ILane<T> => T.IfLess(T.Of(0f), x, T.Of(1f), T.Of(0f));
}

/// <summary>
/// ½ x (1 + tanh u), u = √(2/π) (x + 0.044715 x³): the approximation of section 2 in Hendrycks &amp; Gimpel 2016, “Gaussian error linear
/// units”. Gelu(−∞) is 0, its limit.
/// </summary>
// ½ (1 + tanh u) = σ(2u), which does not cancel on the left as 1 + tanh u would. With s = σ(2u): slope s + x s (1 − s) 2u′.
public readonly struct Gelu : IActivation
{
    const float TwiceRoot = 1.5957691f, Cubic = 0.044715f, Bound = 12f;         // 2 √(2/π)

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-Bound), x);
        return x * LaneMath.Sigmoid(TwoU(x, x * x));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T x, T y) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-Bound), T.Min(T.Of(Bound), x));
        T square = x * x, s = LaneMath.Sigmoid(TwoU(x, square));
        T slopeOfTwoU = T.MultiplyAdd(square, T.Of(3f * Cubic * TwiceRoot), T.Of(TwiceRoot));
        return T.MultiplyAdd(x * slopeOfTwoU, s * (T.Of(1f) - s), s);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T TwoU<T>(T x, T square) where T : struct, ILane<T> => x * T.MultiplyAdd(square, T.Of(Cubic * TwiceRoot), T.Of(TwiceRoot));
}

/// <summary>
/// x Φ(x), Φ(x) = ½ (1 + erf(x/√2)): equation 1 of Hendrycks &amp; Gimpel 2016, “Gaussian error linear units”;  slope Φ(x) + x φ(x).
/// GeluErf(−∞) is 0, its limit.
/// </summary>
public readonly struct GeluErf : IActivation
{
    const float Bound = 16f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-Bound), x);
        return x * Phi(x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T x, T y) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-Bound), T.Min(T.Of(Bound), x));
        T density = T.Of(0.3989423f) * LaneMath.Exp(x * x * T.Of(-0.5f));       // 1/√(2π)
        return T.MultiplyAdd(x, density, Phi(x));
    }

    // Left of −5.6, Φ is below 10⁻⁸, less than the error of erf; there it is 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T Phi<T>(T x) where T : struct, ILane<T> => T.IfLess(x, T.Of(-5.6f), T.Of(0f),
        T.MultiplyAdd(LaneMath.Erf(x * T.Of(0.70710678f)), T.Of(0.5f), T.Of(0.5f)));
}

/// <summary>
/// x σ(x): Elfwing, Uchibe &amp; Doya 2018, “Sigmoid-weighted linear units”, equation 1;  slope σ (1 + x (1 − σ)), equation 3.
/// Silu(−∞) is 0, its limit.
/// </summary>
public readonly struct Silu : IActivation
{
    const float Bound = 120f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T x) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-Bound), x);
        return x * LaneMath.Sigmoid(x);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T x, T y) where T : struct, ILane<T>
    {
        x = T.Max(T.Of(-Bound), T.Min(T.Of(Bound), x));
        T s = LaneMath.Sigmoid(x);
        return s * T.MultiplyAdd(x, T.Of(1f) - s, T.Of(1f));
    }
}
