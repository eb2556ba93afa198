using System.Runtime.CompilerServices;

namespace NativeSsl;

// ‖x‖² = Σᵢ xᵢ²,  summed over parts of fixed length in floats, and over the parts, in order, in doubles

public partial interface IBackend
{
    /// <summary>‖x‖², on the host: waits for the device.</summary>
    double SquaredNorm(Tensor x);
    /// <summary>x ← factor · x.</summary>
    void Shrink(Tensor x, float factor);
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
    public unsafe void Shrink(Tensor x, float factor) => Run(new ShrinkKernel(Floats(x), factor, x.Shape.Count), PartsOf(x.Shape.Count));

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

    readonly unsafe struct ShrinkKernel(float* x, float factor, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart;
            Rows.Scale<T>(x + start, factor, x + start, (int)Math.Min(count - start, ElementsPerPart));
        }
    }
}
