using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// Images as matrices: the pixels that the kernel sees at one place of y are a row. Then a convolution is a matrix product, and its gradients
/// are two more (Chellapilla, Puri &amp; Simard 2006, “High performance convolutional neural networks for document processing”).
/// </summary>
internal static unsafe class Patches
{
    /// <summary>The floats between two rows of a matrix with so many columns.</summary>
    internal static int RowOf(int columns) => (columns + Lanes.Count - 1) & -Lanes.Count;

    /// <summary>patches[place, tap] ← what the kernel sees of one group's channels of an image; zeros where it looks beyond the edge.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Gather(float* image, Convolution c, float* patches)
    {
        for (int p = 0; p < c.OutHeight; p++)
            for (int q = 0; q < c.OutWidth; q++)
                for (int h = 0; h < c.KernelHeight; h++)
                    for (int w = 0; w < c.KernelWidth; w++, patches += c.Inputs)
                    {
                        Span<float> tap = new(patches, c.Inputs);
                        int row = p * c.StrideY + h - c.PadY, column = q * c.StrideX + w - c.PadX;
                        if ((uint)row >= (uint)c.Height || (uint)column >= (uint)c.Width) tap.Clear();
                        else new Span<float>(image + ((long)row * c.Width + column) * c.Channels, c.Inputs).CopyTo(tap);
                    }
    }

    /// <summary>image ← image + every patch where it was taken from.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Scatter<T>(float* patches, Convolution c, float* image) where T : struct, IWide<T>
    {
        for (int p = 0; p < c.OutHeight; p++)
            for (int q = 0; q < c.OutWidth; q++)
                for (int h = 0; h < c.KernelHeight; h++)
                    for (int w = 0; w < c.KernelWidth; w++, patches += c.Inputs)
                    {
                        int row = p * c.StrideY + h - c.PadY, column = q * c.StrideX + w - c.PadX;
                        if ((uint)row >= (uint)c.Height || (uint)column >= (uint)c.Width) continue;
                        float* pixel = image + ((long)row * c.Width + column) * c.Channels;
                        for (int i = 0; i < c.Inputs; i += Lanes.Count)
                            T.Store(T.Load(pixel + i) + T.Load(patches + i), pixel + i, Math.Min(Lanes.Count, c.Inputs - i));
                    }
    }
}

public sealed partial class CpuBackend
{
    // turned[group][tap, output] ← weight[group][output, tap]
    readonly unsafe struct TurnWeights(float* weight, float* turned, Convolution c) : IKernel
    {
        public void Part<T>(int group) where T : struct, IWide<T> =>
            Transpose.Run<T>(weight + (long)group * c.Outputs * c.Taps, c.Taps, c.Outputs, c.Taps,
                turned + (long)group * c.Taps * Patches.RowOf(c.Outputs), Patches.RowOf(c.Outputs));
    }

    readonly unsafe struct ConvolvePatches(float* x, float* turned, float* bias, float* y, Convolution c, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int image = part / c.Groups, group = part % c.Groups, row = Patches.RowOf(c.Outputs);
            using CpuPool.Loan patches = pool.Lend((long)c.OutPixels * c.Taps);
            float* to = y + image * c.OutImageLength + group * c.Outputs;
            if (bias != null)
                for (int place = 0; place < c.OutPixels; place++)
                    new Span<float>(bias + group * c.Outputs, c.Outputs).CopyTo(new Span<float>(to + (long)place * c.OutChannels, c.Outputs));
            Patches.Gather(x + image * c.ImageLength + group * c.Inputs, c, patches.Floats);
            SmallGemm<T>.Multiply(c.OutPixels, c.Outputs, c.Taps, patches.Floats, c.Taps, 1, turned + (long)group * c.Taps * row, row,
                to, c.OutChannels, bias != null);
        }
    }

    readonly unsafe struct ScatterPatches(float* dy, float* weight, float* dx, Convolution c, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int image = part / c.Groups, group = part % c.Groups;
            using CpuPool.Loan patches = pool.Lend((long)c.OutPixels * c.Taps);
            SmallGemm<T>.Multiply(c.OutPixels, c.Taps, c.Outputs, dy + image * c.OutImageLength + group * c.Outputs, c.OutChannels, 1,
                weight + (long)group * c.Outputs * c.Taps, c.Taps, patches.Floats, c.Taps, false);
            float* to = dx + image * c.ImageLength + group * c.Inputs;
            for (int place = 0; place < c.Height * c.Width; place++) new Span<float>(to + (long)place * c.Channels, c.Inputs).Clear();
            Patches.Scatter<T>(patches.Floats, c, to);
        }
    }

    readonly unsafe struct WeighPatches(float* x, float* dy, float* shares, int images, Convolution c, CpuPool pool) : IKernel
    {
        public void Part<T>(int block) where T : struct, IWide<T>
        {
            using CpuPool.Loan patches = pool.Lend((long)c.OutPixels * c.Taps);
            float* share = shares + (long)block * c.OutChannels * c.Taps;
            int first = block * images, end = Math.Min(c.Batch, first + images);
            if (first >= end) new Span<float>(share, c.OutChannels * c.Taps).Clear();
            for (int image = first; image < end; image++)
                for (int group = 0; group < c.Groups; group++)
                {
                    Patches.Gather(x + image * c.ImageLength + group * c.Inputs, c, patches.Floats);
                    SmallGemm<T>.Multiply(c.Outputs, c.Taps, c.OutPixels, dy + image * c.OutImageLength + group * c.Outputs, 1, c.OutChannels,
                        patches.Floats, c.Taps, share + (long)group * c.Outputs * c.Taps, c.Taps, image > first);
                }
        }
    }
}
