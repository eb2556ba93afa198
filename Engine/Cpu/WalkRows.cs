namespace NativeSsl;

/// <summary>A CPU kernel over the innermost axis of a <see cref="Walk"/>, or a piece of it.</summary>
internal interface IWalkKernel
{
    /// <param name="left">Where the piece begins in the first array.</param>
    /// <param name="right">Where it begins in the second.</param>
    /// <param name="step">The number of its first step: its place in an array that lies in the order of the walk.</param>
    /// <param name="width">Its length.</param>
    void Row<T>(long left, long right, long step, int width) where T : struct, IWide<T>;
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
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            long first = part / piecesPerRow * rowsPerPart, end = Math.Min(walk.Rows, first + rowsPerPart);
            long start = part % piecesPerRow * ElementsPerPart, width = Math.Min(ElementsPerPart, walk.Width - start);
            for (long row = first; row < end; row++)
                kernel.Row<T>(walk.Left.OfRow(row) + start * walk.Left.Stride, walk.Right.OfRow(row) + start * walk.Right.Stride,
                    row * walk.Width + start, (int)width);
        }
    }
}
