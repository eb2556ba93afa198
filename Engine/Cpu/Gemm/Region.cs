using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>How b reaches the microkernel.</summary>
internal enum Packing
{
    /// <summary>In place: it is small, or too few rows of a would share the copy.</summary>
    None,
    /// <summary>Panel by panel, just before use, by each thread for itself.</summary>
    Private,
    /// <summary>All of it at once, beforehand, by all threads together.</summary>
    Shared,
}

/// <summary>
/// One thread's piece of a product: some rows and some columns of c, all steps. Three loops around the microkernel, as in Goto and van de
/// Geijn, “Anatomy of High-Performance Matrix Multiplication” (2008): blocks of steps, so that a panel of b fits the nearest cache;
/// panels of b; tiles of rows.
/// </summary>
internal static unsafe class Region<T> where T : struct, IWide<T>
{
    /// <summary>320 steps of 16 columns are 20 KiB: most of a nearest cache of 32 KiB.</summary>
    const int StepsPerBlock = 320;

    /// <summary>The steps of one block: blocks are as equal as can be, and decided by the length alone.</summary>
    internal static int BlockOf(int steps)
    {
        int blocks = Math.Max(1, (steps + StepsPerBlock - 1) / StepsPerBlock);
        return Math.Max(1, (steps + blocks - 1) / blocks);
    }

    /// <summary>The floats of scratch memory that <see cref="Run"/> needs.</summary>
    internal static int Scratch(int rows, int steps, Packing packing, bool turnsA)
    {
        int block = BlockOf(steps);
        return (packing == Packing.Private ? block * Panels<T>.Width : 0)
            + (turnsA ? rows * RowOf(block) : 0);
    }

    // A copied row is as long as the original plus one to two lines: a power of two would map every row to the same few sets of the cache.
    static int RowOf(int length) => Panels<T>.RoundUp(length) + Lanes.Count;

    /// <summary>Computes rows <paramref name="row"/>… and columns <paramref name="column"/>… of the product.</summary>
    /// <param name="product">The whole product.</param>
    /// <param name="row">The first row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="column">The first column, a multiple of a panel's width.</param>
    /// <param name="columns">How many columns.</param>
    /// <param name="packing">How b reaches the microkernel.</param>
    /// <param name="shared">All panels of b, if they are shared.</param>
    /// <param name="turnsA">Whether to copy a block of a, which is transposed, so that its rows are contiguous.</param>
    /// <param name="scratch">Memory of this thread.</param>
    [MethodImpl(Compile.Loop)]
    internal static void Run(in Product product, int row, int rows, int column, int columns, Packing packing,
        float* shared, bool turnsA, float* scratch)
    {
        int block = BlockOf(product.Steps);
        int width = packing == Packing.None
            ? SmallGemm<T>.MostColumns(Math.Min(rows, SmallGemm<T>.MostRows)) * Lanes.Count : Panels<T>.Width;
        float* ownPanel = scratch, copyOfA = scratch + (packing == Packing.Private ? block * Panels<T>.Width : 0);
        int start = 0;
        do
        {
            int steps = Math.Min(block, product.Steps - start);
            Matrix a = product.A.From(row, start);
            nint tileStride = a.RowStride;
            if (turnsA) a = Turn(a, rows, steps, copyOfA, out tileStride);
            bool isLast = start + steps >= product.Steps;
            Tile tile = new() { RowStride = a.RowStride, StepStride = a.ColumnStride, CStride = product.C.RowStride, Steps = steps };
            if (start > 0 || product.Accumulate) tile.PlusStride = tile.CStride;
            for (int j = column; j < column + columns; j += width)
            {
                int tileColumns = Math.Min(width, column + columns - j);
                tile.BStride = packing == Packing.None ? product.B.RowStride : Panels<T>.RoundUp(tileColumns);
                if (packing == Packing.None) tile.B = product.B.At(start, j);
                else if (packing == Packing.Shared) tile.B = shared + (nint)j * product.Steps + start * tile.BStride;
                else Panels<T>.Pack(product.B.From(start, j), steps, tileColumns, tile.B = ownPanel);

                for (int i = 0; i < rows; i += SmallGemm<T>.MostRows)
                {
                    tile.A = a.Start + i * tileStride;
                    tile.C = product.C.Start + (row + i) * product.C.RowStride + j;
                    tile.Plus = tile.PlusStride != 0 ? tile.C : product.Bias == null ? null : product.Bias + j;
                    SmallGemm<T>.Run(&tile, Math.Min(SmallGemm<T>.MostRows, rows - i), tileColumns);
                }
                if (isLast && product.HasEpilogue) Epilogue<T>.Run(product, row, rows, j, tileColumns);
            }
            start += steps;
        }
        while (start < product.Steps);
    }

    [MethodImpl(Compile.Loop)]
    static Matrix Turn(Matrix a, int rows, int steps, float* target, out nint tileStride)
    {
        tileStride = RowOf(steps);
        Transpose.Run<T>(a.Start, a.ColumnStride, steps, rows, target, tileStride);
        return new(target, tileStride, 1);
    }
}
