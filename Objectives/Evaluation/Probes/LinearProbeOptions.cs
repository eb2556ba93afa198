namespace NativeSsl;

/// <summary>How a linear probe is fitted.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>The λ to choose from.</summary>
    public IReadOnlyList<double> Strengths { get; init; } = [1, 0.1, 0.01, 1e-3, 1e-4, 1e-5];
    /// <summary>λ where some class has fewer than two labels, so that nothing can be held out.</summary>
    public double StrengthWithoutChoice { get; init; } = 0.1;
    /// <summary>The labels are cut into so many parts, and one of them is held out.</summary>
    public int Parts { get; init; } = 5;
    /// <summary>Up to so many labels each of the parts is held out in turn (cross-validation); above, only the first.</summary>
    public int InTurnUpTo { get; init; } = 500;
    /// <summary>Decides which labels are held out.</summary>
    public ulong Seed { get; init; }
}
