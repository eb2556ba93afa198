using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;

namespace NativeSsl;

/// <summary>
/// Matrix products on one thread, of operands that lie in the nearest caches: nothing is copied, any size and any stride will do. Larger
/// products are cut into pieces like these.
/// </summary>
internal static unsafe class SmallGemm<T> where T : struct, IWide<T>
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>The most rows whose sums, sixteen floats each, fit the registers:
    /// Wide128 takes four for a row, and x86 has sixteen in all.</summary>
    internal static int MostRows
    {
        [MethodImpl(Inline)]
        get => typeof(T) == typeof(Wide128) && !AdvSimd.IsSupported ? 2 : 6;
    }

    /// <summary>How many columns, in groups of sixteen, fit the registers with that many rows.</summary>
    [MethodImpl(Inline)]
    internal static int MostColumns(int rows) =>
        typeof(T) == typeof(Wide512) ? 4
        : typeof(T) == typeof(Wide256) ? (rows == 1 ? 3 : rows == 2 ? 2 : 1)
        : 1;

    /// <summary>c ← a b, or c ← c + a b. Writes nothing outside of c;
    /// reads up to 15 floats behind the rows of b and, to add, of c.</summary>
    /// <param name="rows">The rows of a and c.</param>
    /// <param name="columns">The columns of b and c.</param>
    /// <param name="steps">The columns of a and rows of b; if zero, the product is zero.</param>
    /// <param name="a">Its element (r, k) lies at <c>r · rowStride + k · stepStride</c>: exchange the strides to transpose it.</param>
    /// <param name="rowStride">From one row of a to the next, in floats.</param>
    /// <param name="stepStride">From one column of a to the next, in floats.</param>
    /// <param name="b">Its rows are contiguous.</param>
    /// <param name="bStride">From one row of b to the next, in floats.</param>
    /// <param name="c">Its rows are contiguous.</param>
    /// <param name="cStride">From one row of c to the next, in floats.</param>
    /// <param name="accumulate">Whether to add to c, instead of overwriting it.</param>
    [MethodImpl(Compile.Loop)]
    internal static void Multiply(int rows, int columns, int steps, float* a, nint rowStride, nint stepStride, float* b, nint bStride,
        float* c, nint cStride, bool accumulate)
    {
        Tile tile = new() { RowStride = rowStride, StepStride = stepStride, BStride = bStride, CStride = cStride,
            PlusStride = cStride, Steps = steps };
        for (int row = 0; row < rows; row += MostRows)
        {
            int tileRows = Math.Min(MostRows, rows - row), most = MostColumns(tileRows) * Lanes.Count;
            for (int column = 0; column < columns; column += most)
            {
                tile.A = a + row * rowStride;
                tile.B = b + column;
                tile.C = c + row * cStride + column;
                tile.Plus = accumulate ? tile.C : null;
                Run(&tile, tileRows, Math.Min(most, columns - column));
            }
        }
    }

    /// <summary>One tile of at most <see cref="MostRows"/> rows and 16 · <see cref="MostColumns"/> columns.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Run(Tile* tile, int rows, int columns)
    {
        int wides = (columns + Lanes.Count - 1) / Lanes.Count;
        tile->LastColumns = columns - (wides - 1) * Lanes.Count;
        switch (rows)
        {
            case 1: Run<One>(tile, wides); break;
            case 2: Run<Two>(tile, wides); break;
            case 3: Run<Three>(tile, wides); break;
            case 4: Run<Four>(tile, wides); break;
            case 5: Run<Five>(tile, wides); break;
            default: Run<Six>(tile, wides); break;
        }
    }

    // Sizes that do not fit the registers are left out here, so that they are never compiled.
    [MethodImpl(Inline)]
    static void Run<TRows>(Tile* tile, int wides) where TRows : INumber
    {
        if (TRows.Value > MostRows) return;
        if (MostColumns(TRows.Value) == 1 || wides == 1) MicroKernel<T, TRows, One>.Run(tile);
        else if (MostColumns(TRows.Value) == 2 || wides == 2) MicroKernel<T, TRows, Two>.Run(tile);
        else if (MostColumns(TRows.Value) == 3 || wides == 3) MicroKernel<T, TRows, Three>.Run(tile);
        else MicroKernel<T, TRows, Four>.Run(tile);
    }
}
