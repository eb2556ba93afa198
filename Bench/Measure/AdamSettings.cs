namespace NativeSsl.Bench.Measure;

/// <summary>What AdamW is told, on both sides; decay is on matrices only.</summary>
sealed record AdamSettings(float Rate, float Beta1, float Beta2, float Decay)
{
    public const float Epsilon = 1e-8f;

    /// <summary>Those of nanoGPT's CPU configuration.</summary>
    public static AdamSettings Text { get; } = new(Rate: 1e-3f, Beta1: 0.9f, Beta2: 0.99f, Decay: 0.1f);

    /// <summary>Those of SimCLR's reference run.</summary>
    public static AdamSettings Images { get; } = new(Rate: 2e-3f, Beta1: 0.9f, Beta2: 0.999f, Decay: 1e-6f);
}
