using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace NativeSsl;

/// <summary>
/// b, copied into panels: as many columns as the microkernel takes, contiguous from one step to the next, so that a panel streams through
/// the nearest cache and the next row of b is always the next line.
/// The last panel is filled up with zeros to whole groups of sixteen columns.
/// </summary>
internal static unsafe class Panels<T> where T : struct, IWide<T>
{
    /// <summary>The columns of a full panel.</summary>
    internal static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => SmallGemm<T>.MostColumns(SmallGemm<T>.MostRows) * Lanes.Count;
    }

    /// <summary>A number of columns, rounded up to whole groups of sixteen.</summary>
    internal static int RoundUp(int columns) => (columns + Lanes.Count - 1) & -Lanes.Count;

    /// <summary>Copies <paramref name="steps"/> rows and <paramref name="columns"/> (at most <see cref="Width"/>) columns of b.</summary>
    [MethodImpl(Compile.Loop)]
    internal static void Pack(Matrix b, int steps, int columns, float* panel)
    {
        int width = RoundUp(columns);
        if (b.HasRows)
        {
            // The loads behind the last column meet the next row, or the slack behind the matrix; the columns they fill are never stored.
            float* row = b.Start;
            for (int k = 0; k < steps; k++, row += b.RowStride, panel += width)
            {
                if (Sse.IsSupported) Sse.Prefetch0(row + 16 * b.RowStride);
                for (int j = 0; j < width; j += Lanes.Count) T.Store(T.Load(row + j), panel + j);
            }
            return;
        }
        if (columns < width) new Span<float>(panel, steps * width).Clear();
        Transpose.Run<T>(b.Start, b.ColumnStride, columns, steps, panel, width);
    }
}
