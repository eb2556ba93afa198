using System.Runtime.CompilerServices;

namespace NativeSsl;

// Rows are cut into pieces, columns into blocks, by the shape alone. A unit, a piece of a block, stays in the cache while it is read twice: once
// for its mean m, once for Σ(x − m) and Σ(x − m)². The first sum is zero but for rounding, and corrects m. Units of a feature are put together in doubles
// (Chan, Golub & LeVeque 1983, “Algorithms for computing the sample variance”, equation 2.1, for many samples at once), in order.
public sealed partial class CpuBackend
{
    const int ColumnsPerUnit = 256, MostRowsPerUnit = 512;

    /// <summary>How rows and columns are cut.</summary>
    readonly struct BatchUnits(long rows, int width)
    {
        internal long Rows => rows;
        internal int Width => width;
        internal int RowsPerUnit { get; } = Math.Min(MostRowsPerUnit, ElementsPerPart / Math.Min(ColumnsPerUnit, Math.Max(1, width)));
        internal int Pieces => checked((int)((rows + RowsPerUnit - 1) / RowsPerUnit));
        internal int Blocks => (width + ColumnsPerUnit - 1) / ColumnsPerUnit;
        internal int Count => checked(Pieces * Blocks);
        internal int RowsOf(int piece) => (int)Math.Min(RowsPerUnit, rows - (long)piece * RowsPerUnit);
        internal int EndOf(int block) => Math.Min(width, (block + 1) * ColumnsPerUnit);
    }

    /// <inheritdoc/>
    public unsafe void BatchStatistics(
        Tensor x, Tensor? gamma, Tensor? beta, float epsilon, float momentum, Tensor? runningMean, Tensor? runningVariance, Tensor statistics)
    {
        var units = new BatchUnits(x.Shape.Rows, x.Shape[-1]);
        using CpuPool.Loan shares = _pool.Lend(3L * units.Pieces * units.Width);
        Run(new BatchMoments(Floats(x), units, shares.Floats), units.Count);
        Run(new GatherMoments(shares.Floats, units, new BatchNormNumbers(Floats(statistics), units.Width),
            gamma is null ? null : Floats(gamma), beta is null ? null : Floats(beta), epsilon, momentum,
            runningMean is null ? null : Floats(runningMean), runningVariance is null ? null : Floats(runningVariance)), units.Blocks);
    }

    readonly unsafe struct BatchMoments(float* x, BatchUnits units, float* shares) : IKernel
    {
        public void Part<T>(int unit) where T : struct, IWide<T>
        {
            int width = units.Width, piece = unit / units.Blocks, block = unit % units.Blocks, rows = units.RowsOf(piece), end = units.EndOf(block);
            float* rowsOfUnit = x + (long)piece * units.RowsPerUnit * width, own = shares + 3L * piece * width;
            int i = block * ColumnsPerUnit;
            for (; i + Lanes.Count < end; i += 2 * Lanes.Count) Two<T>(rowsOfUnit + i, rows, own + i, Math.Min(2 * Lanes.Count, end - i));
            if (i < end) One<T>(rowsOfUnit + i, rows, own + i, end - i);
        }

        // Two registers of columns side by side: an addition takes four cycles, and a line of the cache holds one of them.
        [MethodImpl(Compile.Loop)]
        void Two<T>(float* first, int rows, float* own, int columns) where T : struct, IWide<T>
        {
            int width = units.Width, rest = columns - Lanes.Count;
            T a = T.Of(0f), b = T.Of(0f);
            float* row = first;
            for (int k = 0; k < rows; k++, row += width) { a += T.Load(row); b += T.Load(row + Lanes.Count); }
            T share = T.Of(1f / rows), m = a * share, n = b * share, squares = T.Of(0f), squaresOfB = T.Of(0f);
            a = b = T.Of(0f);
            row = first;
            for (int k = 0; k < rows; k++, row += width)
            {
                T d = T.Load(row) - m, e = T.Load(row + Lanes.Count) - n;
                a += d;
                b += e;
                squares = T.MultiplyAdd(d, d, squares);
                squaresOfB = T.MultiplyAdd(e, e, squaresOfB);
            }
            T.Store(m, own);
            T.Store(a, own + width);
            T.Store(squares, own + 2L * width);
            T.Store(n, own + Lanes.Count, rest);
            T.Store(b, own + width + Lanes.Count, rest);
            T.Store(squaresOfB, own + 2L * width + Lanes.Count, rest);
        }

        [MethodImpl(Compile.Loop)]
        void One<T>(float* first, int rows, float* own, int columns) where T : struct, IWide<T>
        {
            int width = units.Width;
            T a = T.Of(0f), squares = T.Of(0f);
            float* row = first;
            for (int k = 0; k < rows; k++, row += width) a += T.Load(row);
            T m = a * T.Of(1f / rows);
            a = T.Of(0f);
            row = first;
            for (int k = 0; k < rows; k++, row += width)
            {
                T d = T.Load(row) - m;
                a += d;
                squares = T.MultiplyAdd(d, d, squares);
            }
            T.Store(m, own, columns);
            T.Store(a, own + width, columns);
            T.Store(squares, own + 2L * width, columns);
        }
    }

    readonly unsafe struct GatherMoments(float* shares, BatchUnits units, BatchNormNumbers numbers, float* gamma, float* beta, float epsilon,
        float momentum, float* runningMean, float* runningVariance) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int block) where T : struct, IWide<T>
        {
            int width = units.Width, start = block * ColumnsPerUnit, columns = units.EndOf(block) - start;
            double* mean = stackalloc double[ColumnsPerUnit], squares = stackalloc double[ColumnsPerUnit];
            new Span<double>(mean, columns).Clear();
            new Span<double>(squares, columns).Clear();
            for (int piece = 0; piece < units.Pieces; piece++)
            {
                float* own = shares + 3L * piece * width + start;
                double count = units.RowsOf(piece);
                for (int i = 0; i < columns; i++) mean[i] += count * own[i] + own[width + i];
            }
            for (int i = 0; i < columns; i++) mean[i] /= units.Rows;
            for (int piece = 0; piece < units.Pieces; piece++)
            {
                float* own = shares + 3L * piece * width + start;
                double count = units.RowsOf(piece);
                for (int i = 0; i < columns; i++)
                {
                    // Σ(x − μ)² = Σ(x − m)² + 2 (m − μ) Σ(x − m) + n (m − μ)²
                    double apart = own[i] - mean[i];
                    squares[i] += own[2 * width + i] + apart * (2 * own[width + i] + count * apart);
                }
            }
            for (int i = 0; i < columns; i++)
            {
                int feature = start + i;
                double sum = Math.Max(0, squares[i]);                       // a NaN stays one
                numbers.Set(feature, mean[i], sum / units.Rows, epsilon, gamma, beta);
                if (runningMean == null) continue;
                runningMean[feature] += (float)(momentum * (mean[i] - runningMean[feature]));
                runningVariance[feature] += (float)(momentum * (sum / (units.Rows - 1) - runningVariance[feature]));
            }
        }
    }
}
