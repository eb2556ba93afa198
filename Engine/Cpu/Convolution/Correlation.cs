using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>
/// A kernel laid over images at equal distances: a convolution, or a residue class of a transposed one. Target place (p, q) is the sum
/// over the kernel's taps (h, w) of the source's pixel (Top + StrideY p + h, Left + StrideX q + w) times the tap's weights.
/// </summary>
internal unsafe struct Correlation
{
    /// <summary>Images, and groups of channels, each on its own.</summary>
    internal int Batch, Groups;

    /// <summary>Images of <c>[Height, Width, Groups · Inputs]</c>.</summary>
    internal float* Source;
    internal int Height, Width, Inputs;

    internal int Top, Left, StrideY, StrideX, KernelHeight, KernelWidth;

    /// <summary>For each group: panels of outputs, each with a row of them for every tap and input. Depthwise: a row of channels for
    /// every tap.</summary>
    internal float* Panels;

    /// <summary>Every channel has a kernel of its own; then Outputs and Inputs are all channels.</summary>
    internal bool IsDepthwise;

    /// <summary>A number for each output, or null.</summary>
    internal float* Bias;

    /// <summary>Its places, and the floats from one image, row and place to the next.</summary>
    internal float* Target;
    internal int Rows, Columns, Outputs;
    internal nint TargetImage, TargetRow, TargetPlace;

    internal static Correlation Forward(in Convolution c, float* x, float* panels, float* bias, float* y)
    {
        bool isDepthwise = Depthwise.Suits(c);
        return new()
        {
            Batch = c.Batch, Groups = isDepthwise ? 1 : c.Groups, IsDepthwise = isDepthwise,
            Source = x, Height = c.Height, Width = c.Width, Inputs = isDepthwise ? c.Channels : c.Inputs,
            Top = -c.PadY, Left = -c.PadX, StrideY = c.StrideY, StrideX = c.StrideX,
            KernelHeight = c.KernelHeight, KernelWidth = c.KernelWidth, Panels = panels, Bias = bias,
            Target = y, Rows = c.OutHeight, Columns = c.OutWidth, Outputs = isDepthwise ? c.OutChannels : c.Outputs,
            TargetImage = (nint)c.OutImageLength, TargetRow = (nint)c.OutWidth * c.OutChannels, TargetPlace = c.OutChannels,
        };
    }

    internal readonly int Taps => KernelHeight * KernelWidth * Inputs;
    internal readonly int Channels => Groups * Inputs;
    internal readonly int WindowColumns => (Columns - 1) * StrideX + KernelWidth;

    /// <summary>Whether no place looks beyond an edge, so that images need not be copied to be padded.</summary>
    internal readonly bool IsInside => Groups == 1 && Top >= 0 && Left >= 0
        && Top + (Rows - 1) * StrideY + KernelHeight <= Height && Left + WindowColumns <= Width;

    /// <summary>Some rows and columns of one group's target in one image: a correlation of its own.</summary>
    internal readonly Correlation Piece(int image, int group, int row, int rows, int column, int columns)
    {
        int firstRow = Cut(Rows, row, rows), firstColumn = Cut(Columns, column, columns);
        Correlation c = this;
        c.Source += (nint)image * Height * Width * Channels + group * Inputs;
        c.Target += image * TargetImage + (nint)group * Outputs + firstRow * TargetRow + firstColumn * TargetPlace;
        c.Panels += (nint)group * Taps * Lanes.RoundUp(Outputs);
        if (Bias != null) c.Bias += group * Outputs;
        (c.Top, c.Rows) = (Top + firstRow * StrideY, Cut(Rows, row + 1, rows) - firstRow);
        (c.Left, c.Columns) = (Left + firstColumn * StrideX, Cut(Columns, column + 1, columns) - firstColumn);
        return c;
    }

    static int Cut(int length, int part, int parts) => (int)((long)length * part / parts);
}

public sealed partial class CpuBackend
{
    const int FloatsPerPiece = 32 << 10;                    // of x, and of y: a quarter each of a second-level cache of 512 KiB

    unsafe void Correlate(in Correlation c)
    {
        if (c.Rows <= 0 || c.Columns <= 0 || c.Batch == 0 || c.Outputs == 0) return;
        long rowLength = Math.Max((long)c.WindowColumns * c.Inputs * c.StrideY, (long)c.Columns * c.Outputs);
        int down = (int)Math.Clamp(c.Rows * rowLength / FloatsPerPiece, 1, c.Rows);
        int across = (int)Math.Clamp(rowLength / FloatsPerPiece, 1, c.Columns);
        Run(new CorrelationPieces(c, down, across, _pool), checked(c.Batch * c.Groups * down * across));
    }

    // No im2col: in a padded image of channels last, what one row of the kernel sees is contiguous. The microkernel adds up as many such
    // stretches as the kernel has rows, its six rows being six neighbouring places.
    readonly unsafe struct CorrelationPieces(Correlation whole, int down, int across, CpuPool pool) : IKernel
    {
        const int StepsPerPass = 320;                       // of 16 columns: 20 KiB of the nearest cache

        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int column = part % across, row = part / across % down, item = part / across / down;
            Correlation c = whole.Piece(item / whole.Groups, item % whole.Groups, row, down, column, across);
            if (c.IsInside)
            {
                nint line = (nint)c.Width * c.Channels;
                Compute<T>(c, c.Source + c.Top * line + (nint)c.Left * c.Channels, line, c.Channels);
                return;
            }
            int rows = Math.Max(0, (c.Rows - 1) * c.StrideY + c.KernelHeight), columns = Math.Max(0, c.WindowColumns);
            using CpuPool.Loan window = pool.Lend((long)rows * columns * c.Inputs);
            Window.Copy(c.Source, c.Height, c.Width, c.Channels, c.Inputs, c.Top, c.Left, rows, columns, window.Floats);
            Compute<T>(c, window.Floats, (nint)columns * c.Inputs, c.Inputs);
        }

        static void Compute<T>(in Correlation c, float* window, nint windowRow, nint pixel) where T : struct, IWide<T>
        {
            if (c.IsDepthwise) Depthwise.Multiply<T>(c, window, windowRow);
            else Multiply<T>(c, window, windowRow, pixel);
        }

        [MethodImpl(Compile.Loop)]
        static void Multiply<T>(in Correlation c, float* window, nint windowRow, nint pixel) where T : struct, IWide<T>
        {
            int steps = c.KernelWidth * c.Inputs;
            int rowsPerPass = Math.Clamp(StepsPerPass / Math.Max(1, steps), 1, Math.Max(1, c.KernelHeight));
            nint place = c.StrideX * pixel;
            Tile tile = new() { RowStride = place, StepStride = 1, CStride = c.TargetPlace, SkipA = windowRow - steps };
            tile.Steps = c.Taps == 0 ? 0 : steps;                                   // a residue that no tap belongs to: sums of nothing
            int h = 0;
            do
            {
                tile.Segments = Math.Min(rowsPerPass, c.KernelHeight - h);
                tile.PlusStride = h > 0 ? tile.CStride : 0;
                for (int j = 0; j < c.Outputs; j += Panels<T>.Width)
                {
                    int columns = Math.Min(Panels<T>.Width, c.Outputs - j);
                    tile.BStride = Lanes.RoundUp(columns);
                    tile.B = c.Panels + (nint)j * c.Taps + h * steps * tile.BStride;
                    for (int p = 0; p < c.Rows; p++)
                    {
                        float* from = window + ((nint)p * c.StrideY + h) * windowRow, to = c.Target + p * c.TargetRow + j;
                        int tiles = (c.Columns + SmallGemm<T>.MostRows - 1) / SmallGemm<T>.MostRows;
                        for (int q = 0; tiles > 0; tiles--)
                        {
                            int rows = (c.Columns - q + tiles - 1) / tiles;             // tiles as equal as can be
                            tile.A = from + q * place;
                            tile.C = to + q * tile.CStride;
                            tile.Plus = h > 0 ? tile.C : c.Bias == null ? null : c.Bias + j;
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
