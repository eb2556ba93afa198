using System.Runtime.CompilerServices;

namespace NativeSsl;

public partial interface IBackend
{
    /// <summary>x ← value, every element.</summary>
    void Fill(Tensor x, float value);
    /// <summary>y ← x, of the same format.</summary>
    void Copy(Tensor x, Tensor y);
    /// <summary>y ← y + x: how gradients gather.</summary>
    void Accumulate(Tensor x, Tensor y);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Fill(Tensor x, float value) => Run(new FillKernel(Floats(x), value, x.Shape.Count), PartsOf(x.Shape.Count));

    /// <inheritdoc/>
    public unsafe void Copy(Tensor x, Tensor y)
    {
        if (x.Format != y.Format) throw new UnsupportedFormatException($"Copy: {x.Format} into {y.Format}; convert it first.");
        Run(new CopyKernel(Anchor(x.Storage).Pointer, Anchor(y.Storage).Pointer, x.Shape.Count, CpuStorage.BytesOf(x.Format)),
            PartsOf(x.Shape.Count));
    }

    /// <inheritdoc/>
    public unsafe void Accumulate(Tensor x, Tensor y) =>
        Run(new AccumulateKernel(Floats(x), Floats(y), x.Shape.Count), PartsOf(x.Shape.Count));

    readonly unsafe struct FillKernel(float* x, float value, long count) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart;
            new Span<float>(x + start, (int)Math.Min(count - start, ElementsPerPart)).Fill(value);
        }
    }

    readonly unsafe struct CopyKernel(byte* x, byte* y, long count, int bytesEach) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long start = (long)part * ElementsPerPart, bytes = Math.Min(count - start, ElementsPerPart) * bytesEach;
            Buffer.MemoryCopy(x + start * bytesEach, y + start * bytesEach, bytes, bytes);
        }
    }

    readonly unsafe struct AccumulateKernel(float* x, float* y, long count) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long i = (long)part * ElementsPerPart, end = Math.Min(count, i + ElementsPerPart);
            for (; i + Lanes.Count <= end; i += Lanes.Count) T.Store(T.Load(y + i) + T.Load(x + i), y + i);
            if (i < end) T.Store(T.Load(y + i) + T.Load(x + i), y + i, (int)(end - i));
        }
    }
}
