using System.Runtime.CompilerServices;

namespace NativeSsl;

// dγ = Σ g x̂ = r Σ g (x − μ) + s Σ g. Units, as for the moments, sum g and g (x − μ); the shares are added in doubles, in order.
// dx = a (g − dβ / n − x̂ dγ / n) = a g + (x − μ) c + e  with  c = −a r dγ / n,  e = −a (dβ + s dγ) / n: three numbers of each feature.
public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void BatchNormSums(Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? g, Tensor dgamma, Tensor dbeta)
    {
        var units = new BatchUnits(x.Shape.Rows, x.Shape[-1]);
        var numbers = new BatchNormNumbers(Floats(statistics), units.Width);
        var slope = new OpenSlope(Floats(x), Floats(dy), y is null ? null : Floats(y), relu, numbers);
        using CpuPool.Loan shares = _pool.Lend(2L * units.Pieces * units.Width);
        Run(new BatchSums(slope, units, g is null ? null : Floats(g), shares.Floats), units.Count);
        Run(new GatherSums(shares.Floats, units, numbers, Floats(dgamma), Floats(dbeta)), units.Blocks);
    }

    /// <inheritdoc/>
    public unsafe void BatchNormSlope(
        Tensor x, Tensor statistics, bool relu, Tensor? y, Tensor dy, Tensor? dgamma, Tensor? dbeta, Tensor dx)
    {
        int width = x.Shape[-1];
        var numbers = new BatchNormNumbers(Floats(statistics), width);
        using CpuPool.Loan factors = _pool.Lend(2L * width);
        float* c = factors.Floats, e = c + width;
        new Span<float>(c, 2 * width).Clear();
        if (dgamma is not null && dbeta is not null)
        {
            float* ofGamma = Floats(dgamma), ofBeta = Floats(dbeta);
            double share = -1.0 / x.Shape.Rows;
            for (int i = 0; i < width; i++)
            {
                c[i] = (float)(share * numbers.Scale[i] * numbers.Reciprocal[i] * ofGamma[i]);
                e[i] = (float)(share * numbers.Scale[i] * (ofBeta[i] + (double)numbers.Shift[i] * ofGamma[i]));
            }
        }
        var slope = new OpenSlope(Floats(x), Floats(dy), y is null ? null : Floats(y), relu, numbers);
        RunRows(new BatchNormSlopeRows(slope, c, e, Floats(dx)), x.Shape.Rows, width);
    }

    /// <summary>g: dy where Relu was open, which y says, or x, if nothing was added to it; without Relu, dy.</summary>
    readonly unsafe struct OpenSlope(float* x, float* dy, float* y, bool relu, BatchNormNumbers numbers)
    {
        internal BatchNormNumbers Numbers => numbers;

        /// <summary>x − μ, and g.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T At<T>(long row, int i, out T g) where T : struct, IWide<T>
        {
            long place = row * numbers.Width + i;
            T d = T.Load(x + place) - T.Load(numbers.Mean + i);
            g = T.Load(dy + place);
            if (relu)
            {
                T h = y != null ? T.Load(y + place) : T.MultiplyAdd(d, T.Load(numbers.Scale + i), T.Load(numbers.Offset + i));
                g = T.IfLess(T.Of(0f), h, g, T.Of(0f));
            }
            return d;
        }
    }

    readonly unsafe struct BatchSums(OpenSlope slope, BatchUnits units, float* g, float* shares) : IKernel
    {
        public void Part<T>(int unit) where T : struct, IWide<T>
        {
            int piece = unit / units.Blocks, block = unit % units.Blocks, end = units.EndOf(block);
            for (int i = block * ColumnsPerUnit; i < end; i += Lanes.Count) Columns<T>(piece, i, Math.Min(Lanes.Count, end - i));
        }

        [MethodImpl(Compile.Loop)]
        void Columns<T>(int piece, int i, int columns) where T : struct, IWide<T>
        {
            long row = (long)piece * units.RowsPerUnit, end = row + units.RowsOf(piece);
            T sum = T.Of(0f), dot = T.Of(0f), sum2 = T.Of(0f), dot2 = T.Of(0f);     // two chains of each
            for (; row + 2 <= end; row += 2)
            {
                T d = slope.At(row, i, out T open), d2 = slope.At(row + 1, i, out T open2);
                sum += open;
                sum2 += open2;
                dot = T.MultiplyAdd(open, d, dot);
                dot2 = T.MultiplyAdd(open2, d2, dot2);
                Keep(row, i, columns, open);
                Keep(row + 1, i, columns, open2);
            }
            if (row < end)
            {
                T d = slope.At(row, i, out T open);
                sum += open;
                dot = T.MultiplyAdd(open, d, dot);
                Keep(row, i, columns, open);
            }
            float* own = shares + 2L * piece * units.Width + i;
            T.Store(sum + sum2, own, columns);
            T.Store(dot + dot2, own + units.Width, columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Keep<T>(long row, int i, int columns, T open) where T : struct, IWide<T>
        {
            if (g == null) return;
            if (columns == Lanes.Count) T.Store(open, g + row * units.Width + i);
            else T.Store(open, g + row * units.Width + i, columns);
        }
    }

    readonly unsafe struct GatherSums(float* shares, BatchUnits units, BatchNormNumbers numbers, float* dgamma, float* dbeta) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int block) where T : struct, IWide<T>
        {
            int width = units.Width, start = block * ColumnsPerUnit, columns = units.EndOf(block) - start;
            double* sums = stackalloc double[ColumnsPerUnit], dots = stackalloc double[ColumnsPerUnit];
            new Span<double>(sums, columns).Clear();
            new Span<double>(dots, columns).Clear();
            for (int piece = 0; piece < units.Pieces; piece++)
            {
                float* own = shares + 2L * piece * width + start;
                for (int i = 0; i < columns; i++)
                {
                    sums[i] += own[i];
                    dots[i] += own[width + i];
                }
            }
            for (int i = 0; i < columns; i++)
            {
                dbeta[start + i] = (float)sums[i];
                dgamma[start + i] = (float)(numbers.Reciprocal[start + i] * dots[i] + numbers.Shift[start + i] * sums[i]);
            }
        }
    }

    readonly unsafe struct BatchNormSlopeRows(OpenSlope slope, float* c, float* e, float* dx) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            int width = slope.Numbers.Width, i = 0;
            float* output = dx + row * width;
            for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store(At<T>(row, i), output + i);
            if (i < width) T.Store(At<T>(row, i), output + i, width - i);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        T At<T>(long row, int i) where T : struct, IWide<T>
        {
            T d = slope.At(row, i, out T g);
            return T.MultiplyAdd(g, T.Load(slope.Numbers.Scale + i), T.MultiplyAdd(d, T.Load(c + i), T.Load(e + i)));
        }
    }
}
