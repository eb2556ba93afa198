namespace NativeSsl.Kernels;

/// <summary>Of what a gradient is, and so what its rows are, and what is summed with which weights.</summary>
interface IAttentionGradient
{
    /// <summary>Its rows are keys, and queries come by in blocks; otherwise the other way round.</summary>
    static abstract bool HasKeysAsRows { get; }

    /// <summary>The weights are the probabilities, P ∘ M; otherwise the slopes of the scores, scale · dS.</summary>
    static abstract bool IsOfValues { get; }
}

/// <summary>dQ = scale · dS K.</summary>
readonly struct OfQueries : IAttentionGradient
{
    public static bool HasKeysAsRows => false;
    public static bool IsOfValues => false;
}

/// <summary>dK = scale · dSᵀ Q.</summary>
readonly struct OfKeys : IAttentionGradient
{
    public static bool HasKeysAsRows => true;
    public static bool IsOfValues => false;
}

/// <summary>dV = (P ∘ M)ᵀ dO.</summary>
readonly struct OfValues : IAttentionGradient
{
    public static bool HasKeysAsRows => true;
    public static bool IsOfValues => true;
}
