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
        var units = new BatchUnits(x.Shape.Rows, width);
        Run(new BatchNormSlopeRows(slope, c, e, Floats(dx), units), units.Pieces);
    }

    /// <summary>g: dy where Relu was open, which y says, or x, if nothing was added to it; without Relu, dy.</summary>
    readonly unsafe struct OpenSlope(float* x, float* dy, float* y, bool relu, BatchNormNumbers numbers)
    {
        internal BatchNormNumbers Numbers => numbers;

        /// <summary>x − μ, and g.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal T At<T>(long place, int i, out T g) where T : struct, IWide<T>
        {
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
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int unit) where T : struct, IWide<T>
        {
            int piece = unit / units.Blocks, block = unit % units.Blocks, rows = units.RowsOf(piece), width = units.Width;
            int first = block * ColumnsPerUnit, end = units.EndOf(block);
            float* sums = shares + 2L * piece * width, dots = sums + width;
            new Span<float>(sums + first, end - first).Clear();
            new Span<float>(dots + first, end - first).Clear();
            // Row by row, as the elements lie: several rows at a time would save loads of the totals, but then no prefetcher follows.
            long place = (long)piece * units.RowsPerUnit * width;
            for (int row = 0; row < rows; row++, place += width)
                for (int i = first; i < end; i += Lanes.Count)
                {
                    T d = slope.At(place + i, i, out T open);
                    if (g != null) Put(open, g + place + i, end - i);
                    Put(T.Load(sums + i) + open, sums + i, end - i);
                    Put(T.MultiplyAdd(open, d, T.Load(dots + i)), dots + i, end - i);
                }
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

    readonly unsafe struct BatchNormSlopeRows(OpenSlope slope, float* c, float* e, float* dx, BatchUnits units) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int piece) where T : struct, IWide<T>
        {
            int width = units.Width;
            long place = (long)piece * units.RowsPerUnit * width;
            for (int row = units.RowsOf(piece); row > 0; row--, place += width)
                for (int i = 0; i < width; i += Lanes.Count)
                {
                    T d = slope.At(place + i, i, out T g), rest = T.MultiplyAdd(d, T.Load(c + i), T.Load(e + i));
                    Put(T.MultiplyAdd(g, T.Load(slope.Numbers.Scale + i), rest), dx + place + i, width - i);
                }
        }
    }
}
