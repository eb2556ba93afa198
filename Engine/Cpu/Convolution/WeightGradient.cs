using System.Runtime.CompilerServices;

namespace NativeSsl;

public sealed partial class CpuBackend
{
    const int MostShares = 16 << 20;                        // bytes times four: what the shares of a weight's gradient may take
    const int OutputsPerPart = 48;

    // dW[o, (h, w, i)] = Σ dy[place, o] x[place seen by tap, i]: a product for each tap, whose sum runs over the places of y. Rows of y, of all
    // images, are cut into stretches by the shape alone; each stretch has a share of its own, and the shares are added in order.
    unsafe void CorrelateForWeight(float* x, float* dy, in Convolution c, float* dweight, bool accumulate)
    {
        long count = (long)c.OutChannels * c.Taps;
        if (count == 0) return;
        if (c.Batch == 0)
        {
            if (!accumulate) new Span<float>(dweight, (int)count).Clear();
            return;
        }
        WeightGradient g = new() { Shape = c, Source = x, Slope = dy, Rows = checked(c.Batch * c.OutHeight) };
        g.RowsPerUnit = Math.Clamp(WeightGradient.PlacesPerUnit / c.OutWidth, 1, g.Rows);
        int units = (g.Rows + g.RowsPerUnit - 1) / g.RowsPerUnit;
        g.Stretches = (int)Math.Clamp(MostShares / 4 / count, 1, Math.Min(units, MostParts));
        g.OutputParts = Math.Clamp(MostParts / (g.Stretches * c.Groups), 1, (c.Outputs + OutputsPerPart - 1) / OutputsPerPart);
        using CpuPool.Loan shares = _pool.Lend(count * (g.Stretches + 1));
        if (accumulate) new Span<float>(dweight, (int)count).CopyTo(new Span<float>(shares.Floats, (int)count));
        g.Shares = shares.Floats + count;
        int parts = checked(c.Groups * g.Stretches * g.OutputParts);
        if (Patches.Suit(c)) Run(new WeighPatches(g, _pool), parts);
        else Run(new WeightGradientParts(g, _pool), parts);
        if (accumulate) AddShares(shares.Floats, g.Stretches + 1, (nint)count, dweight, (int)count);
        else AddShares(g.Shares, g.Stretches, (nint)count, dweight, (int)count);
    }

    unsafe struct WeightGradient
    {
        internal const int PlacesPerUnit = 320;             // of 16 channels: 20 KiB of the nearest cache

        internal Convolution Shape;
        internal float* Source, Slope, Shares;
        internal int Rows, RowsPerUnit, Stretches, OutputParts;

        /// <summary>A part's rows of y, of all images one after the other, and its outputs.</summary>
        internal readonly void Find(int part, out int group, out int firstRow, out int endRow, out int firstOutput, out int endOutput)
        {
            int stretch = part % Stretches, outputs = part / Stretches % OutputParts;
            group = part / Stretches / OutputParts;
            (firstRow, endRow) = (Cut(Rows, stretch, Stretches), Cut(Rows, stretch + 1, Stretches));
            (firstOutput, endOutput) = (Cut(Shape.Outputs, outputs, OutputParts), Cut(Shape.Outputs, outputs + 1, OutputParts));
        }

        static int Cut(int length, int part, int parts) => (int)((long)length * part / parts);

        /// <summary>Where a part gathers its share: laid out like the weight.</summary>
        internal readonly float* Share(int part, int group, int firstOutput) =>
            Shares + ((nint)(part % Stretches) * Shape.OutChannels + group * Shape.Outputs + firstOutput) * Shape.Taps;

        // One to two lines longer than need be: a power of two would map every row to the same few sets of the cache.
        internal readonly int TurnedRow => Lanes.RoundUp(RowsPerUnit * Shape.OutWidth) + Lanes.Count;

        /// <summary>turned[output, place] ← dy, so that the places that are summed over are contiguous.</summary>
        internal readonly void Turn<T>(int row, int rows, int group, int firstOutput, int endOutput, float* turned) where T : struct, IWide<T> =>
            Transpose.Run<T>(Slope + (nint)row * Shape.OutWidth * Shape.OutChannels + group * Shape.Outputs + firstOutput, Shape.OutChannels,
                rows * Shape.OutWidth, endOutput - firstOutput, turned, TurnedRow);
    }

    readonly unsafe struct WeightGradientParts(WeightGradient g, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            Convolution c = g.Shape;
            g.Find(part, out int group, out int firstRow, out int endRow, out int firstOutput, out int endOutput);
            using CpuPool.Loan turned = pool.Lend((long)(endOutput - firstOutput) * g.TurnedRow);
            using CpuPool.Loan panel = pool.Lend((long)c.KernelHeight * g.RowsPerUnit * RowOf(c) * Math.Min(Panels<T>.Width, Lanes.RoundUp(c.Inputs)));
            for (int row = firstRow; row < endRow; row += g.RowsPerUnit)
            {
                int rows = Math.Min(g.RowsPerUnit, endRow - row);
                g.Turn<T>(row, rows, group, firstOutput, endOutput, turned.Floats);
                for (int j = 0; j < c.Inputs; j += Panels<T>.Width)
                {
                    int columns = Math.Min(Panels<T>.Width, c.Inputs - j);
                    Spread<T>(g.Source + group * c.Inputs + j, c, row, rows, Lanes.RoundUp(columns), panel.Floats);
                    Multiply<T>(c, rows, endOutput - firstOutput, turned.Floats, g.TurnedRow, panel.Floats, columns,
                        g.Share(part, group, firstOutput) + j, row > firstRow);
                }
            }
        }

        // A row of a panel: columns of the padded image, those of one residue of the stride after those of the other, so that the pixels which
        // a tap sees from place to place are neighbours.
        static int ColumnsOfClass(in Convolution c) => c.OutWidth + (c.KernelWidth - 1) / c.StrideX;
        static int RowOf(in Convolution c) => ColumnsOfClass(c) * Math.Min(c.StrideX, c.KernelWidth);

        // panel[h, row, class, column, 0…width] ← the pixels that row h of the kernel sees from rows of y; zeros beyond the edges.
        [MethodImpl(Compile.Loop)]
        static void Spread<T>(float* source, in Convolution c, int firstRow, int rows, int width, float* panel) where T : struct, IWide<T>
        {
            int classes = Math.Min(c.StrideX, c.KernelWidth), length = ColumnsOfClass(c);
            T zero = T.Of(0f);
            for (int h = 0; h < c.KernelHeight; h++)
                for (int r = firstRow; r < firstRow + rows; r++)
                {
                    int y = r % c.OutHeight * c.StrideY + h - c.PadY;
                    bool isOutside = (uint)y >= (uint)c.Height;
                    float* line = source + ((nint)(r / c.OutHeight) * c.Height + y) * c.Width * c.Channels;
                    for (int residue = 0; residue < classes; residue++)
                        for (int i = 0, column = residue - c.PadX; i < length; i++, column += c.StrideX, panel += width)
                        {
                            float* pixel = line + (nint)column * c.Channels;
                            if (isOutside || (uint)column >= (uint)c.Width) for (int k = 0; k < width; k += Lanes.Count) T.Store(zero, panel + k);
                            else for (int k = 0; k < width; k += Lanes.Count) T.Store(T.Load(pixel + k), panel + k);
                        }
                }
        }

        [MethodImpl(Compile.Loop)]
        static void Multiply<T>(in Convolution c, int rows, int outputs, float* turned, nint turnedRow, float* panel, int columns, float* share,
            bool accumulate) where T : struct, IWide<T>
        {
            int width = Lanes.RoundUp(columns), length = ColumnsOfClass(c);
            nint line = (nint)RowOf(c) * width;
            Tile tile = new() { RowStride = turnedRow, StepStride = 1, BStride = width, CStride = c.Taps, PlusStride = c.Taps, Steps = c.OutWidth,
                Segments = rows, SkipB = line - c.OutWidth * width };
            for (int h = 0; h < c.KernelHeight; h++)
                for (int w = 0; w < c.KernelWidth; w++)
                {
                    tile.B = panel + h * rows * line + (nint)(w % c.StrideX * length + w / c.StrideX) * width;
                    int tiles = (outputs + SmallGemm<T>.MostRows - 1) / SmallGemm<T>.MostRows;
                    for (int o = 0; tiles > 0; tiles--)
                    {
                        int tileRows = (outputs - o + tiles - 1) / tiles;
                        tile.A = turned + o * turnedRow;
                        tile.C = share + (nint)o * c.Taps + (h * c.KernelWidth + w) * c.Inputs;
                        tile.Plus = accumulate ? tile.C : null;
                        SmallGemm<T>.Run(&tile, tileRows, columns);
                        o += tileRows;
                    }
                }
        }
    }
}
