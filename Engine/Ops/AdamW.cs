using System.Runtime.CompilerServices;

namespace NativeSsl;

// m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
// θ ← (1 − η λ) θ − η m̂ / (√v̂ + ε),   m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)

/// <summary>The numbers of AdamW that stay what they are.</summary>
/// <param name="Beta1">β₁, how long the mean of gradients remembers.</param>
/// <param name="Beta2">β₂, how long the mean of squares remembers.</param>
/// <param name="Fresh1">1 − β₁: not taken from the rounded β₁, which would lose half its digits.</param>
/// <param name="Fresh2">1 − β₂.</param>
/// <param name="Epsilon">ε, beside the root.</param>
public readonly record struct AdamWScalars(float Beta1, float Beta2, float Fresh1, float Fresh2, float Epsilon);

/// <summary>The numbers of one step of AdamW, worked out on the host in doubles; in a device's memory they lie in this order.</summary>
/// <param name="Keep">1 − η λ: what weight decay leaves of a value.</param>
/// <param name="Rate">η / (1 − β₁ᵗ).</param>
/// <param name="RootCorrection">1 / √(1 − β₂ᵗ).</param>
public readonly record struct AdamWRates(float Keep, float Rate, float RootCorrection)
{
    /// <summary>How many there are.</summary>
    public const int Count = 3;

    /// <summary>Writes them down in their order.</summary>
    public void CopyTo(Span<float> numbers) => (numbers[0], numbers[1], numbers[2]) = (Keep, Rate, RootCorrection);
}

public partial interface IBackend
{
    /// <summary>One step of AdamW in place, one pass. Shapes: all <c>[count]</c>.</summary>
    /// <param name="values">θ.</param>
    /// <param name="gradients">g.</param>
    /// <param name="means">m.</param>
    /// <param name="squares">v.</param>
    /// <param name="scalars">What stays.</param>
    /// <param name="rates">What changes with each step, <c>[3]</c>, as <see cref="AdamWRates"/> has it.</param>
    /// <param name="factor"><c>[1]</c>, what the gradients are multiplied by; if it is 0, nothing moves. Null for 1.</param>
    void AdamW(Tensor values, Tensor gradients, Tensor means, Tensor squares, AdamWScalars scalars, Tensor rates, Tensor? factor = null);
}

/// <summary>The update of one lane, for every device.</summary>
public static class AdamWFormula
{
    /// <summary>Moves mean, square and value by one gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Update<T>(T gradient, ref T mean, ref T square, ref T value, AdamWScalars s, AdamWRates r) where T : struct, ILane<T>
    {
        mean = T.MultiplyAdd(T.Of(s.Beta1), mean, T.Of(s.Fresh1) * gradient);
        square = T.MultiplyAdd(T.Of(s.Beta2), square, T.Of(s.Fresh2) * gradient * gradient);
        T root = T.MultiplyAdd(T.Sqrt(square), T.Of(r.RootCorrection), T.Of(s.Epsilon));
        value = value * T.Of(r.Keep) - T.Of(r.Rate) * mean / root;
    }
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void AdamW(Tensor values, Tensor gradients, Tensor means, Tensor squares, AdamWScalars scalars, Tensor rates, Tensor? factor = null)
    {
        if (FactorOf(factor) is not 0f and float by)
            Run(new AdamWKernel(Floats(values), Floats(gradients), Floats(means), Floats(squares), values.Shape.Count, scalars,
                new(Floats(rates)[0], Floats(rates)[1], Floats(rates)[2]), by), PartsOf(values.Shape.Count));
    }

    readonly unsafe struct AdamWKernel(float* values, float* gradients, float* means, float* squares, long count, AdamWScalars scalars, AdamWRates rates, float factor)
        : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart, end = Math.Min(count, start + ElementsPerPart);
            for (long i = start; i < end; i += Lanes.Count)
            {
                int left = (int)Math.Min(Lanes.Count, end - i);
                T mean = T.Load(means + i), square = T.Load(squares + i), value = T.Load(values + i);
                AdamWFormula.Update(T.Load(gradients + i) * T.Of(factor), ref mean, ref square, ref value, scalars, rates);
                if (left == Lanes.Count) { T.Store(mean, means + i); T.Store(square, squares + i); T.Store(value, values + i); }
                else { T.Store(mean, means + i, left); T.Store(square, squares + i, left); T.Store(value, values + i, left); }
            }
        }
    }
}
