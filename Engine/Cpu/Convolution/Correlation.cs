using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// A kernel laid over images at equal distances: a convolution, or a residue class of a transposed one. Target place (p, q) is the sum over the
/// kernel's taps (h, w) of the source's pixel (Top + StrideY p + h, Left + StrideX q + w) times the tap's weights.
/// </summary>
internal unsafe struct Correlation
{
    /// <summary>Images, and groups of channels, each on its own.</summary>
    internal int Batch, Groups;

    /// <summary>Images of <c>[Height, Width, Groups · Inputs]</c>.</summary>
    internal float* Source;
    internal int Height, Width, Inputs;

    internal int Top, Left, StrideY, StrideX, KernelHeight, KernelWidth;

    /// <summary>For each group: panels of outputs, each with a row of them for every tap and input. Depthwise: a row of channels for every tap.</summary>
    internal float* Panels;

    /// <summary>Every channel has a kernel of its own; then Outputs and Inputs are all channels.</summary>
    internal bool IsDepthwise;

    /// <summary>A number for each output, or null.</summary>
    internal float* Bias;

    /// <summary>Its places, and the floats from one image, row and place to the next.</summary>
    internal float* Target;
    internal int Rows, Columns, Outputs;
    internal nint TargetImage, TargetRow, TargetPlace;

    internal readonly int Taps => KernelHeight * KernelWidth * Inputs;
    internal readonly int Channels => Groups * Inputs;
    internal readonly int WindowColumns => (Columns - 1) * StrideX + KernelWidth;

    /// <summary>Whether no place looks beyond an edge, so that images need not be copied to be padded.</summary>
    internal readonly bool IsInside => Groups == 1 && Top >= 0 && Left >= 0
        && Top + (Rows - 1) * StrideY + KernelHeight <= Height && Left + WindowColumns <= Width;

    /// <summary>Floats of the panels of each group.</summary>
    internal readonly long PanelsOfGroup => (long)Taps * Lanes.RoundUp(Outputs);
}

public sealed partial class CpuBackend
{
    const int FloatsPerBand = 32 << 10;                     // a padded copy of a quarter of a second-level cache of 512 KiB

    unsafe void Correlate(Correlation c)
    {
        if (c.Rows <= 0 || c.Columns <= 0 || c.Batch == 0 || c.Outputs == 0) return;
        int rowLength = Math.Max(1, c.WindowColumns * c.Inputs * c.StrideY), bands = Math.Clamp(c.Rows / Math.Max(1, FloatsPerBand / rowLength), 1, c.Rows);
        Run(new CorrelationBands(c, bands, _pool), checked(c.Batch * c.Groups * bands));
    }

    // No im2col: in a padded image of channels last, what one row of the kernel sees is contiguous. The microkernel adds up as many such
    // stretches as the kernel has rows, its six rows being six neighbouring places.
    readonly unsafe struct CorrelationBands(Correlation c, int bands, CpuPool pool) : IKernel
    {
        const int StepsPerPass = 320;                       // of 16 columns: 20 KiB of the nearest cache

        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int band = part % bands, group = part / bands % c.Groups, image = part / bands / c.Groups;
            int first = (int)((long)c.Rows * band / bands), end = (int)((long)c.Rows * (band + 1) / bands);
            float* source = c.Source + (nint)image * c.Height * c.Width * c.Channels + group * c.Inputs;
            int top = c.Top + first * c.StrideY;
            if (c.IsInside)
            {
                nint row = (nint)c.Width * c.Channels;
                Compute<T>(group, image, source + top * row + (nint)c.Left * c.Channels, row, first, end);
                return;
            }
            int rows = (end - first - 1) * c.StrideY + c.KernelHeight;
            using CpuPool.Loan window = pool.Lend(Math.Max(0, (long)rows * c.WindowColumns * c.Inputs));
            if (c.Taps > 0)
                Window.Copy(source, c.Height, c.Width, c.Channels, c.Inputs, top, c.Left, rows, c.WindowColumns, window.Floats);
            Compute<T>(group, image, window.Floats, (nint)c.WindowColumns * c.Inputs, first, end);
        }

        void Compute<T>(int group, int image, float* window, nint windowRow, int first, int end) where T : struct, IWide<T>
        {
            if (c.IsDepthwise) Depthwise.Band<T>(c, window, windowRow, first, end, c.Target + image * c.TargetImage);
            else Band<T>(c, group, image, window, windowRow, first, end);
        }

        [MethodImpl(Compile.Loop)]
        static void Band<T>(in Correlation c, int group, int image, float* window, nint windowRow, int first, int end) where T : struct, IWide<T>
        {
            int steps = c.KernelWidth * c.Inputs, rowsPerPass = steps == 0 ? c.KernelHeight : Math.Clamp(StepsPerPass / steps, 1, Math.Max(1, c.KernelHeight));
            float* panels = c.Panels + group * c.PanelsOfGroup, target = c.Target + image * c.TargetImage + (nint)group * c.Outputs;
            float* bias = c.Bias == null ? null : c.Bias + group * c.Outputs;
            nint place = (nint)c.StrideX * (c.IsInside ? c.Channels : c.Inputs);
            Tile tile = new() { RowStride = place, StepStride = 1, CStride = c.TargetPlace, Steps = c.KernelHeight == 0 ? 0 : steps, SkipA = windowRow - steps };
            int h = 0;
            do
            {
                tile.Segments = Math.Min(rowsPerPass, c.KernelHeight - h);
                tile.PlusStride = h > 0 ? tile.CStride : 0;
                for (int j = 0; j < c.Outputs; j += Panels<T>.Width)
                {
                    int columns = Math.Min(Panels<T>.Width, c.Outputs - j);
                    tile.BStride = Lanes.RoundUp(columns);
                    tile.B = panels + (nint)j * c.Taps + h * steps * tile.BStride;
                    for (int p = first; p < end; p++)
                    {
                        float* from = window + ((nint)(p - first) * c.StrideY + h) * windowRow, to = target + p * c.TargetRow + j;
                        int tiles = (c.Columns + SmallGemm<T>.MostRows - 1) / SmallGemm<T>.MostRows;
                        for (int q = 0; tiles > 0; tiles--)
                        {
                            int rows = (c.Columns - q + tiles - 1) / tiles;             // tiles as equal as can be
                            tile.A = from + q * place;
                            tile.C = to + q * tile.CStride;
                            tile.Plus = h > 0 ? tile.C : bias == null ? null : bias + j;
                            SmallGemm<T>.Run(&tile, rows, columns);
                            q += rows;
                        }
                    }
                }
                h += rowsPerPass;
            }
            while (h < c.KernelHeight);
        }
    }
}
