using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>Rows of a <see cref="Walk"/>, or pieces of them, that follow each other at one distance in each array.</summary>
/// <param name="Left">Where the first one begins in the first array.</param>
/// <param name="Right">Where it begins in the second.</param>
/// <param name="Step">The number of its first step: its place in an array that lies in the order of the walk.</param>
/// <param name="Width">The length of each.</param>
/// <param name="Count">How many they are.</param>
/// <param name="LeftStride">From one row to the next in the first array.</param>
/// <param name="RightStride">The same in the second.</param>
/// <param name="StepStride">The same in the order of the walk.</param>
internal readonly record struct EvenRows(long Left, long Right, long Step, int Width, int Count, long LeftStride, long RightStride, long StepStride);

/// <summary>A CPU kernel over the two innermost axes of a <see cref="Walk"/>, or a piece of them.</summary>
internal interface IWalkKernel
{
    /// <summary>Does these rows. They may be short, so whatever is the same for all of them belongs in front of the loop.</summary>
    void Rows<T>(in EvenRows rows) where T : struct, IWide<T>;
}

public sealed partial class CpuBackend
{
    // Long rows are cut into parts, short ones gathered into parts, of about ElementsPerPart elements.
    void RunWalk<TKernel>(TKernel kernel, Walk walk) where TKernel : struct, IWalkKernel
    {
        if (walk.Count == 0) return;
        long piecesPerRow = (walk.Width + ElementsPerPart - 1) / ElementsPerPart, rowsPerPart = Math.Max(1, ElementsPerPart / walk.Width);
        long parts = (walk.Rows + rowsPerPart - 1) / rowsPerPart * piecesPerRow;
        Run(new WalkParts<TKernel>(kernel, walk, piecesPerRow, rowsPerPart), checked((int)parts));
    }

    readonly struct WalkParts<TKernel>(TKernel kernel, Walk walk, long piecesPerRow, long rowsPerPart) : IKernel
        where TKernel : struct, IWalkKernel
    {
        // A division takes as long as copying a short row, so places are divided out once for a plane, which is the two axes around a row,
        // and counted on from there.
        [MethodImpl(Compile.Loop)]
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            Places lefts = walk.Left, rights = walk.Right;
            long row = part / piecesPerRow * rowsPerPart, end = Math.Min(walk.Rows, row + rowsPerPart);
            long start = part % piecesPerRow * ElementsPerPart, width = Math.Min(ElementsPerPart, walk.Width - start);
            long rowCount = lefts.RowCount, rowsOfPlane = rowCount * lefts.PlaneCount;
            while (row < end)
            {
                long plane = row / rowsOfPlane * rowsOfPlane, line = (row - plane) / rowCount, before = row - plane - line * rowCount;
                long left = lefts.OfRow(plane) + line * lefts.PlaneStride + start * lefts.Stride;
                long right = rights.OfRow(plane) + line * rights.PlaneStride + start * rights.Stride;
                for (long stop = Math.Min(end, plane + rowsOfPlane); row < stop; before = 0)
                {
                    int count = (int)Math.Min(rowCount - before, stop - row);
                    kernel.Rows<T>(new(left + before * lefts.RowStride, right + before * rights.RowStride, row * walk.Width + start,
                        (int)width, count, lefts.RowStride, rights.RowStride, walk.Width));
                    row += count;
                    left += lefts.PlaneStride;
                    right += rights.PlaneStride;
                }
            }
        }
    }
}
