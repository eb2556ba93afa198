using System.Runtime.CompilerServices;

namespace NativeSsl;

// ‖x‖² = Σᵢ xᵢ²,  summed over parts of fixed length in floats, and over the parts, in order, in doubles (on a GPU in floats, by halves)
// c = min(1, m / ‖g‖),  0 where ‖g‖ or a loss is no finite number

/// <summary>What <see cref="IBackend.Clip"/> finds, by place.</summary>
public static class ClipFindings
{
    /// <summary>c, what an optimizer multiplies gradients by; 0 where it is to move nothing.</summary>
    public const int Factor = 0;
    /// <summary>‖g‖.</summary>
    public const int Norm = 1;
    /// <summary>The first loss.</summary>
    public const int Losses = 2;
}

public partial interface IBackend
{
    /// <summary>‖x‖², on the host: waits for the device.</summary>
    double SquaredNorm(Tensor x);

    /// <summary>
    /// What clipping makes of gradients; they stay, and nobody waits for the device. Pascanu, Mikolov &amp; Bengio 2013, “On the difficulty of training recurrent
    /// neural networks”, algorithm 1.
    /// </summary>
    /// <param name="gradients">g, <c>[count]</c>.</param>
    /// <param name="maxNorm">m, the largest norm; 0 does not clip.</param>
    /// <param name="found">The losses behind, and the other findings to come, <c>[2 + losses]</c>, by <see cref="ClipFindings"/>. A factor of 0 stays 0, so that nothing
    /// moves any more until somebody has looked.</param>
    void Clip(Tensor gradients, double maxNorm, Tensor found);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe double SquaredNorm(Tensor x)
    {
        int parts = PartsOf(x.Shape.Count);
        float[] sums = new float[parts];
        fixed (float* sum = sums) Run(new SquaredNormKernel(Floats(x), sum, x.Shape.Count), parts);
        double total = 0;
        foreach (float sum in sums) total += sum;
        return total;
    }

    /// <inheritdoc/>
    public unsafe void Clip(Tensor gradients, double maxNorm, Tensor found)
    {
        double norm = Math.Sqrt(SquaredNorm(gradients));
        float* findings = Floats(found);
        bool finite = double.IsFinite(norm);
        for (long i = ClipFindings.Losses; i < found.Shape.Count; i++) finite &= float.IsFinite(findings[i]);
        if (!finite) findings[ClipFindings.Factor] = 0f;
        else if (findings[ClipFindings.Factor] != 0f) findings[ClipFindings.Factor] = maxNorm > 0 && norm > maxNorm ? (float)(maxNorm / norm) : 1f;
        findings[ClipFindings.Norm] = (float)norm;
    }

    // What gradients are multiplied by; 1 if nobody says.
    static unsafe float FactorOf(Tensor? factor) => factor is null ? 1f : *Floats(factor);

    readonly unsafe struct SquaredNormKernel(float* x, float* sums, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart;
            int length = (int)Math.Min(count - start, ElementsPerPart);
            sums[part] = Rows.Dot<T>(x + start, x + start, length);
        }
    }
}
