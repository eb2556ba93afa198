namespace NativeSsl;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ);  σ′ = σ (1 − σ).</summary>
public readonly struct Sigmoid : IFormula
{
    /// <inheritdoc/>
    public static T Value<T>(T x) where T : struct, ILane<T> => LaneMath.Sigmoid(x);
    /// <inheritdoc/>
    public static T Slope<T>(T x, T y) where T : struct, ILane<T> => y * (T.Of(1f) - y);
}
