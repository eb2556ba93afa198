using System.Runtime.CompilerServices;

namespace NativeSsl;

public sealed partial class CpuBackend
{
    const int MostShares = 4 << 20;                         // floats that the shares of a weight's gradient may take
    const int OutputsPerPart = 48;

    // dW[o, (h, w, i)] = Σ dy[place, o] x[place seen by tap, i]: a product for each tap, whose sum runs over the places of y. Rows of y, of
    // all images, are cut into stretches by the shape alone; each stretch has a share of its own, and the shares are added in order.
    unsafe void CorrelateForWeight(float* x, float* dy, in Convolution c, float* dweight, bool accumulate)
    {
        long count = (long)c.OutChannels * c.Taps;
        WeightGradient g = new(c, x, dy);
        int units = (g.Lines + g.LinesPerUnit - 1) / g.LinesPerUnit;
        g.Stretches = (int)Math.Clamp(MostShares / count, 1, Math.Min(units, MostParts));
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

    /// <summary>How the sums are cut. A line is a row of y, or, of very long rows, a part of one.</summary>
    unsafe struct WeightGradient
    {
        const int PlacesPerUnit = 320;                      // of 16 channels: 20 KiB of the nearest cache

        internal Convolution Shape;
        internal float* Source, Slope, Shares;
        internal int Lines, LinesPerRow, LinesPerUnit, Stretches, OutputParts;

        internal WeightGradient(in Convolution c, float* source, float* slope)
        {
            Shape = c;
            Source = source;
            Slope = slope;
            LinesPerRow = c.OutWidth < 2 * PlacesPerUnit ? 1 : c.OutWidth / PlacesPerUnit;
            Lines = checked(c.Batch * c.OutHeight * LinesPerRow);
            LinesPerUnit = LinesPerRow > 1 ? 1 : Math.Clamp(PlacesPerUnit / c.OutWidth, 1, Lines);
        }

        /// <summary>A part's lines and outputs.</summary>
        internal readonly void Find(int part, out int group, out int firstLine, out int endLine, out int firstOutput, out int endOutput)
        {
            int stretch = part % Stretches, outputs = part / Stretches % OutputParts;
            group = part / Stretches / OutputParts;
            (firstLine, endLine) = (Cut(Lines, stretch, Stretches), Cut(Lines, stretch + 1, Stretches));
            (firstOutput, endOutput) = (Cut(Shape.Outputs, outputs, OutputParts), Cut(Shape.Outputs, outputs + 1, OutputParts));
        }

        /// <summary>The unit of lines from one on: rows of y, of all images one after the other, and places of each.</summary>
        internal readonly Unit UnitFrom(int line, int endLine)
        {
            int first = Cut(Shape.OutWidth, line % LinesPerRow, LinesPerRow);
            return new() { Row = line / LinesPerRow, Rows = Math.Min(LinesPerUnit, endLine - line),
                Column = first, Columns = Cut(Shape.OutWidth, line % LinesPerRow + 1, LinesPerRow) - first };
        }

        static int Cut(int length, int part, int parts) => (int)((long)length * part / parts);

        /// <summary>Where a part gathers its share: laid out like the weight.</summary>
        internal readonly float* Share(int part, int group, int firstOutput) =>
            Shares + ((nint)(part % Stretches) * Shape.OutChannels + group * Shape.Outputs + firstOutput) * Shape.Taps;

        internal readonly int MostColumns => (Shape.OutWidth + LinesPerRow - 1) / LinesPerRow;

        // One to two lines longer than need be: a power of two would map every row to the same few sets of the cache.
        internal readonly int TurnedRow => Lanes.RoundUp(LinesPerUnit * MostColumns) + Lanes.Count;

        /// <summary>turned[output, place] ← dy, so that the places that are summed over are contiguous.</summary>
        internal readonly void Turn<T>(in Unit unit, int group, int firstOutput, int endOutput, float* turned) where T : struct, IWide<T>
        {
            nint place = (nint)unit.Row * Shape.OutWidth + unit.Column;
            Transpose.Run<T>(Slope + place * Shape.OutChannels + group * Shape.Outputs + firstOutput, Shape.OutChannels,
                unit.Rows * unit.Columns, endOutput - firstOutput, turned, TurnedRow);
        }
    }

    struct Unit
    {
        internal int Row, Rows, Column, Columns;
    }

    readonly unsafe struct WeightGradientParts(WeightGradient g, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            Convolution c = g.Shape;
            g.Find(part, out int group, out int firstLine, out int endLine, out int firstOutput, out int endOutput);
            using CpuPool.Loan turned = pool.Lend((long)(endOutput - firstOutput) * g.TurnedRow);
            int width = Math.Min(Panels<T>.Width, Lanes.RoundUp(c.Inputs));
            int longest = Classes(c) * ClassLength(c, g.MostColumns);
            using CpuPool.Loan panel = pool.Lend((long)c.KernelHeight * g.LinesPerUnit * longest * width);
            for (int line = firstLine; line < endLine; line += g.LinesPerUnit)
            {
                Unit unit = g.UnitFrom(line, endLine);
                g.Turn<T>(unit, group, firstOutput, endOutput, turned.Floats);
                for (int j = 0; j < c.Inputs; j += Panels<T>.Width)
                {
                    int columns = Math.Min(Panels<T>.Width, c.Inputs - j);
                    Spread<T>(g.Source + group * c.Inputs + j, c, unit, Lanes.RoundUp(columns), panel.Floats);
                    Multiply<T>(c, unit, endOutput - firstOutput, turned.Floats, g.TurnedRow, panel.Floats, columns,
                        g.Share(part, group, firstOutput) + j, line > firstLine);
                }
            }
        }

        // A row of a panel: columns of the padded image, those of one residue of the stride after those of the other, so that the pixels
        // which a tap sees from place to place are neighbours.
        static int Classes(in Convolution c) => Math.Min(c.StrideX, c.KernelWidth);
        static int ClassLength(in Convolution c, int columns) => columns + (c.KernelWidth - 1) / c.StrideX;

        // panel[h, row, class, column, 0…width] ← the pixels that row h of the kernel sees from rows of y; zeros beyond the edges.
        [MethodImpl(Compile.Loop)]
        static void Spread<T>(float* source, in Convolution c, in Unit unit, int width, float* panel) where T : struct, IWide<T>
        {
            int classes = Classes(c), length = ClassLength(c, unit.Columns), left = unit.Column * c.StrideX - c.PadX;
            T zero = T.Of(0f);
            for (int h = 0; h < c.KernelHeight; h++)
                for (int r = unit.Row; r < unit.Row + unit.Rows; r++)
                {
                    int y = r % c.OutHeight * c.StrideY + h - c.PadY;
                    bool isOutside = (uint)y >= (uint)c.Height;
                    float* line = source + ((nint)(r / c.OutHeight) * c.Height + y) * c.Width * c.Channels;
                    for (int residue = 0; residue < classes; residue++)
                        for (int i = 0, column = left + residue; i < length; i++, column += c.StrideX, panel += width)
                        {
                            float* pixel = line + (nint)column * c.Channels;
                            bool isZero = isOutside || (uint)column >= (uint)c.Width;
                            for (int k = 0; k < width; k += Lanes.Count)
                                if (isZero) T.Store(zero, panel + k);
                                else T.Store(T.Load(pixel + k), panel + k);
                        }
                }
        }

        [MethodImpl(Compile.Loop)]
        static void Multiply<T>(in Convolution c, in Unit unit, int outputs, float* turned, nint turnedRow, float* panel, int columns,
            float* share, bool accumulate) where T : struct, IWide<T>
        {
            int width = Lanes.RoundUp(columns), length = ClassLength(c, unit.Columns);
            nint line = (nint)Classes(c) * length * width;
            Tile tile = new() { RowStride = turnedRow, StepStride = 1, BStride = width, CStride = c.Taps, PlusStride = c.Taps,
                Steps = unit.Columns, Segments = unit.Rows, SkipB = line - unit.Columns * width };
            for (int h = 0; h < c.KernelHeight; h++)
                for (int w = 0; w < c.KernelWidth; w++)
                {
                    tile.B = panel + h * unit.Rows * line + (nint)(w % c.StrideX * length + w / c.StrideX) * width;
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
