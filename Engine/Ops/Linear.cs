namespace NativeSsl;

/// <summary>What a linear layer does to its sums before it stores them.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>max(0, x)</summary>
    Relu,
    /// <summary>GELU in its tanh form.</summary>
    Gelu,
    /// <summary>GELU in its erf form.</summary>
    GeluErf,
    /// <summary>x σ(x)</summary>
    Silu,
}
