using System.Runtime.CompilerServices;

namespace NativeSsl;

// Rows are cut into pieces, columns into blocks, by the shape alone. A unit, a piece of a block, stays in the cache while it is read twice:
// once for its mean m, once for Σ(x − m) and Σ(x − m)². The first sum is zero but for rounding, and corrects m. Units of a feature are put
// together in doubles (Chan, Golub & LeVeque 1983, “Algorithms for computing the sample variance”, for many samples at once), in order.
public sealed partial class CpuBackend
{
    const int ColumnsPerUnit = 1024, LeastRowsPerUnit = 64, MostRowsPerUnit = 512;

    /// <summary>How rows and columns are cut.</summary>
    readonly struct BatchUnits(long rows, int width)
    {
        internal long Rows => rows;
        internal int Width => width;
        internal int RowsPerUnit { get; } = Math.Clamp(ElementsPerPart / Math.Max(1, width), LeastRowsPerUnit, MostRowsPerUnit);
        internal int Pieces => checked((int)((rows + RowsPerUnit - 1) / RowsPerUnit));
        internal int Blocks => (width + ColumnsPerUnit - 1) / ColumnsPerUnit;
        internal int Count => checked(Pieces * Blocks);
        internal int RowsOf(int piece) => (int)Math.Min(RowsPerUnit, rows - (long)piece * RowsPerUnit);
        internal int EndOf(int block) => Math.Min(width, (block + 1) * ColumnsPerUnit);
    }

    /// <inheritdoc/>
    public unsafe void BatchStatistics(
        Tensor x, Tensor? gamma, Tensor? beta, float epsilon, float momentum, Tensor? runningMean, Tensor? runningVariance,
        Tensor statistics)
    {
        var units = new BatchUnits(x.Shape.Rows, x.Shape[-1]);
        using CpuPool.Loan shares = _pool.Lend(3L * units.Pieces * units.Width);
        Run(new BatchMoments(Floats(x), units, shares.Floats), units.Count);
        Run(new GatherMoments(shares.Floats, units, new BatchNormNumbers(Floats(statistics), units.Width),
            gamma is null ? null : Floats(gamma), beta is null ? null : Floats(beta), epsilon, momentum,
            runningMean is null ? null : Floats(runningMean), runningVariance is null ? null : Floats(runningVariance)), units.Blocks);
    }

    // Totals stay in the first-level cache; a few rows at a time, so that they are read and written once for several elements.
    const int RowsAtOnce = 4;

    readonly unsafe struct BatchMoments(float* x, BatchUnits units, float* shares) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int unit) where T : struct, IWide<T>
        {
            int piece = unit / units.Blocks, block = unit % units.Blocks, rows = units.RowsOf(piece), width = units.Width;
            int first = block * ColumnsPerUnit, columns = units.EndOf(block) - first;
            float* start = x + (long)piece * units.RowsPerUnit * width + first;
            float* mean = shares + 3L * piece * width + first, rest = mean + width, squares = rest + width;
            for (int i = 0; i < 3; i++) new Span<float>(mean + (long)i * width, columns).Clear();

            for (int row = 0; row < rows; row += RowsAtOnce)
                for (int i = 0, count = Math.Min(RowsAtOnce, rows - row); i < columns; i += Lanes.Count)
                {
                    T sum = T.Load(mean + i);
                    float* input = start + (long)row * width + i;
                    for (int k = 0; k < count; k++, input += width) sum += T.Load(input);
                    Put(sum, mean + i, columns - i);
                }
            for (int i = 0; i < columns; i++) mean[i] /= rows;
            for (int row = 0; row < rows; row += RowsAtOnce)
                for (int i = 0, count = Math.Min(RowsAtOnce, rows - row); i < columns; i += Lanes.Count)
                {
                    T m = T.Load(mean + i), sum = T.Load(rest + i), square = T.Load(squares + i);
                    float* input = start + (long)row * width + i;
                    for (int k = 0; k < count; k++, input += width)
                    {
                        T d = T.Load(input) - m;
                        sum += d;
                        square = T.MultiplyAdd(d, d, square);
                    }
                    Put(sum, rest + i, columns - i);
                    Put(square, squares + i, columns - i);
                }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void Put<T>(T value, float* target, int left) where T : struct, IWide<T>
    {
        if (left >= Lanes.Count) T.Store(value, target);
        else T.Store(value, target, left);
    }

    readonly unsafe struct GatherMoments(float* shares, BatchUnits units, BatchNormNumbers numbers, float* gamma, float* beta,
        float epsilon, float momentum, float* runningMean, float* runningVariance) : IKernel
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
