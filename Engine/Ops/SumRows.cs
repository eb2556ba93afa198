using System.Runtime.CompilerServices;

namespace NativeSsl;

// y[j] = Σᵢ x[i,j]

public partial interface IBackend
{
    /// <summary>y ← Σ over rows of x, or y ← y + that: the gradient of a bias. Shapes:
    /// x <c>[..., columns]</c>, y <c>[columns]</c>.</summary>
    void SumRows(Tensor x, Tensor y, bool accumulate);
}

public sealed partial class CpuBackend
{
    // Stretches of rows, cut by the shape alone, are summed on their own, and then in order: the same bits at any number of threads.
    const int RowsPerSum = 64;

    /// <inheritdoc/>
    public unsafe void SumRows(Tensor x, Tensor y, bool accumulate)
    {
        int columns = x.Shape[-1], stretches = checked((int)((x.Shape.Rows + RowsPerSum - 1) / RowsPerSum));
        if (columns == 0) return;
        using CpuPool.Loan sums = _pool.Lend((long)stretches * columns);
        Run(new SumStretch(Floats(x), sums.Floats, x.Shape.Rows, columns), stretches);
        Run(new SumSums(sums.Floats, Floats(y), stretches, columns, accumulate), 1);
    }

    readonly unsafe struct SumStretch(float* x, float* sums, long rows, int columns) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long first = (long)part * RowsPerSum;
            AddRows<T>(x + first * columns, (int)Math.Min(RowsPerSum, rows - first), columns, sums + (long)part * columns, false);
        }
    }

    readonly unsafe struct SumSums(float* sums, float* y, int stretches, int columns, bool accumulate) : IKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T> => AddRows<T>(sums, stretches, columns, y, accumulate);
    }

    [MethodImpl(Compile.Loop)]
    static unsafe void AddRows<T>(float* x, int rows, int columns, float* y, bool accumulate) where T : struct, IWide<T>
    {
        int j = 0;
        for (; j + 2 * Lanes.Count <= columns; j += 2 * Lanes.Count)                // two lines of a row at a time
        {
            T a = accumulate ? T.Load(y + j) : T.Of(0f), b = accumulate ? T.Load(y + j + Lanes.Count) : T.Of(0f);
            float* row = x + j;
            for (int i = 0; i < rows; i++, row += columns)
            {
                a += T.Load(row);
                b += T.Load(row + Lanes.Count);
            }
            T.Store(a, y + j);
            T.Store(b, y + j + Lanes.Count);
        }
        for (; j < columns; j += Lanes.Count)
        {
            T sum = accumulate ? T.Load(y + j) : T.Of(0f);
            for (int i = 0; i < rows; i++) sum += T.Load(x + (long)i * columns + j);
            T.Store(sum, y + j, Math.Min(Lanes.Count, columns - j));
        }
    }
}
