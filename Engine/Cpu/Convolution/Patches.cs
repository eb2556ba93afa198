using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// Images as matrices: what the kernel sees at one place of y is a row (Chellapilla, Puri &amp; Simard 2006, “High performance
/// convolutional neural networks for document processing”). For images of so few channels that those of one pixel would leave most lanes
/// of a register empty.
/// </summary>
internal static unsafe class Patches
{
    /// <summary>Whether a group has too few channels to fill registers with those of one pixel.</summary>
    internal static bool Suit(in Convolution c) => c.Inputs < Lanes.Count / 2 && !Depthwise.Suits(c);

    /// <summary>patches[q, tap] ← what the kernel sees from a row of places, out of the padded rows of the image it looks at.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Gather<T>(float* window, nint windowRow, in Convolution c, int columns, float* patches) where T : struct, IWide<T>
    {
        int run = c.KernelWidth * c.Inputs, gap = Lanes.RoundUp(c.Taps) - c.Taps;
        for (int q = 0; q < columns; q++, patches += gap)
            for (int h = 0; h < c.KernelHeight; h++, patches += run)
            {
                float* from = window + h * windowRow + q * c.StrideX * c.Inputs;
                // Whole registers: what one writes too much, the next one overwrites, and behind the last one there is room.
                for (int k = 0; k < run; k += Lanes.Count) T.Store(T.Load(from + k), patches + k);
            }
    }

    /// <summary>window ← window + every patch of a row of places where it was taken from.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Scatter<T>(float* patches, in Convolution c, float* window) where T : struct, IWide<T>
    {
        int run = c.KernelWidth * c.Inputs, gap = Lanes.RoundUp(c.Taps) - c.Taps;
        nint windowRow = WindowRow(c);
        for (int q = 0; q < c.OutWidth; q++, patches += gap)
            for (int h = 0; h < c.KernelHeight; h++, patches += run)
            {
                float* to = window + h * windowRow + q * c.StrideX * c.Inputs;
                // Whole registers, zeros behind the run: masked stores are slow. Behind the window there is room.
                for (int k = 0; k < run; k += Lanes.Count)
                    T.Store(T.Load(to + k) + T.Load(patches + k, Math.Min(Lanes.Count, run - k)), to + k);
            }
    }

    /// <summary>Floats of a padded row of one group's channels.</summary>
    internal static int WindowRow(in Convolution c) => (c.Width + 2 * c.PadX) * c.Inputs;
}

public sealed partial class CpuBackend
{
    readonly unsafe struct ScatterPatches(float* dy, float* weight, float* dx, Convolution c, CpuPool pool) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int image = part / c.Groups, group = part % c.Groups, row = Lanes.RoundUp(c.Taps);
            int height = c.Height + 2 * c.PadY, width = c.Width + 2 * c.PadX;
            float* slopes = dy + image * (nint)c.OutImageLength + group * c.Outputs;
            using CpuPool.Loan patches = pool.Lend((long)c.OutWidth * row);
            using CpuPool.Loan window = pool.Lend((long)height * Patches.WindowRow(c) + Lanes.Count);
            new Span<float>(window.Floats, height * Patches.WindowRow(c) + Lanes.Count).Clear();
            // A product for all lanes of a row of patches: what is behind the last tap is computed as well, and never read.
            for (int p = 0; p < c.OutHeight; p++)
            {
                SmallGemm<T>.Multiply(c.OutWidth, row, c.Outputs, slopes + (nint)p * c.OutWidth * c.OutChannels, c.OutChannels, 1,
                    weight + (nint)group * c.Outputs * c.Taps, c.Taps, patches.Floats, row, false);
                Patches.Scatter<T>(patches.Floats, c, window.Floats + (nint)p * c.StrideY * Patches.WindowRow(c));
            }
            float* to = dx + image * (nint)c.ImageLength + group * c.Inputs;
            for (int y = 0; y < c.Height; y++)
                for (int x = 0; x < c.Width; x++, to += c.Channels)
                    for (int i = 0; i < c.Inputs; i++) to[i] = window.Floats[((nint)(y + c.PadY) * width + x + c.PadX) * c.Inputs + i];
        }
    }

    readonly unsafe struct WeighPatches(WeightGradient g, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            Convolution c = g.Shape;
            g.Find(part, out int group, out int firstLine, out int endLine, out int firstOutput, out int endOutput);
            int row = Lanes.RoundUp(c.Taps), mostColumns = (g.MostColumns - 1) * c.StrideX + c.KernelWidth;
            using CpuPool.Loan turned = pool.Lend((long)(endOutput - firstOutput) * g.TurnedRow);
            using CpuPool.Loan patches = pool.Lend((long)g.LinesPerUnit * g.MostColumns * row + Lanes.Count);
            using CpuPool.Loan window = pool.Lend((long)c.KernelHeight * mostColumns * c.Inputs);
            for (int line = firstLine; line < endLine; line += g.LinesPerUnit)
            {
                Unit unit = g.UnitFrom(line, endLine);
                g.Turn<T>(unit, group, firstOutput, endOutput, turned.Floats);
                int columns = (unit.Columns - 1) * c.StrideX + c.KernelWidth;
                for (int r = 0; r < unit.Rows; r++)
                {
                    int image = (unit.Row + r) / c.OutHeight, p = (unit.Row + r) % c.OutHeight;
                    Window.Copy(g.Source + image * (nint)c.ImageLength + group * c.Inputs, c.Height, c.Width, c.Channels, c.Inputs,
                        p * c.StrideY - c.PadY, unit.Column * c.StrideX - c.PadX, c.KernelHeight, columns, window.Floats);
                    Patches.Gather<T>(window.Floats, (nint)columns * c.Inputs, c, unit.Columns,
                        patches.Floats + (nint)r * unit.Columns * row);
                }
                SmallGemm<T>.Multiply(endOutput - firstOutput, c.Taps, unit.Rows * unit.Columns, turned.Floats, g.TurnedRow, 1,
                    patches.Floats, row, g.Share(part, group, firstOutput), c.Taps, line > firstLine);
            }
        }
    }
}
