namespace NativeSsl.Kernels;

/// <summary>
/// The tiled product of matrices in core matrices: two groups of four warps make a tile of 128 × 128, each 64 rows of it. No factor passes through registers: the units read both from shared memory, where they lie as
/// in the device's memory, so copying them needs neither a description of a tensor nor a swizzle. Panels as in <see cref="FragmentProductKernels{P,M,W}"/>.
/// </summary>
static class WarpGroupProductKernels<P, M> where P : struct, IMatrixProduct where M : struct, IWarpGroupCore
{
    internal const int Threads = 256;
    const int RowsOfGroup = 64, OfPanel = CoreLayout.StepsAtOnce * 2 * CoreLayout.LinesOfSlab, OfEight = OfPanel / CoreLayout.StepsAtOnce, OfStage = Threads / 32 * WarpStage.Fours;

    public static void Product(P product, ProductShape shape, ArrayView<Float4> left, ArrayView<Float4> right)
    {
        ArrayView<Float4> panels = SharedMemory.Allocate<Float4>(OfStage);      // two of the left factor, then two of the right one; and later what a warp hands over
        ProductTile tile = new(shape, CoreLayout.LinesOfSlab, CoreLayout.LinesOfSlab);
        CoreLayout rows = new(shape.Rows, shape.Steps, M.StepsOfCell), columns = new(shape.Columns, shape.Steps, M.StepsOfCell);
        long nextOfLeft = rows.Place(tile.FirstRow / CoreLayout.LinesOfSlab, tile.FirstStep), nextOfRight = columns.Place(tile.FirstColumn / CoreLayout.LinesOfSlab, tile.FirstStep);
        int stepsOfPanel = CoreLayout.StepsAtOnce * 8 * M.StepsOfCell, filled = 0, group = Group.IdxX / (Threads / 2) * RowsOfGroup;
        WarpGroupSums sums = default;

        Bring(panels, left.SubView(nextOfLeft), right.SubView(nextOfRight));
        for (int next = tile.FirstStep + stepsOfPanel; next < tile.StepEnd + stepsOfPanel; next += stepsOfPanel)
        {
            AsyncCopy.Wait();
            WarpGroupInstruction.Show();
            Group.Barrier();
            nextOfLeft += OfPanel;
            nextOfRight += OfPanel;
            if (next < tile.StepEnd) Bring(panels.SubView(OfPanel - filled), left.SubView(nextOfLeft), right.SubView(nextOfRight));
            WarpGroupInstruction.Begin();
            sums = M.MultiplyAdd(sums, ref panels[filled + group], ref panels[filled + 2 * OfPanel]);
            sums = M.MultiplyAdd(sums, ref panels[filled + OfEight + group], ref panels[filled + 2 * OfPanel + OfEight]);
            sums = WarpGroupInstruction.Wait(sums);
            filled = OfPanel - filled;
        }

        Group.Barrier();                                    // nobody reads the panels any more
        int row = tile.FirstRow + Group.IdxX / 32 * 16;
        WarpStage.Write<P, FragmentTiles4>(product, shape, tile, row, tile.FirstColumn, sums.Near, WarpStage.Of(panels.Cast<float>()));
        WarpStage.Write<P, FragmentTiles4>(product, shape, tile, row, tile.FirstColumn + 64, sums.Far, WarpStage.Of(panels.Cast<float>()));
    }

    static void Bring(ArrayView<Float4> panels, ArrayView<Float4> left, ArrayView<Float4> right)
    {
        ArrayView<Float4> leftPanel = panels.AsAligned(16), rightPanel = panels.SubView(2 * OfPanel).AsAligned(16), leftFrom = left.AsAligned(16), rightFrom = right.AsAligned(16);
        AsyncCopy.Begin(ref leftPanel[Group.IdxX], ref leftFrom[Group.IdxX]);
        AsyncCopy.Begin(ref leftPanel[Group.IdxX + Threads], ref leftFrom[Group.IdxX + Threads]);
        AsyncCopy.Begin(ref rightPanel[Group.IdxX], ref rightFrom[Group.IdxX]);
        AsyncCopy.Begin(ref rightPanel[Group.IdxX + Threads], ref rightFrom[Group.IdxX + Threads]);
    }
}

public sealed partial class GpuBackend
{
    /// <summary>Whether groups of warps multiply what is laid out first. Off until a card has shown that they do it right, and faster.</summary>
    internal bool UsesWarpGroups { get; set; }

    /// <summary>Whether it has them: NVIDIA's of compute capability 9.0, and the simulator.</summary>
    internal bool HasWarpGroups => _gpu.AcceleratorType == AcceleratorType.CPU || _gpu is ILGPU.Runtime.Cuda.CudaAccelerator { Architecture.Major: 9 };

    internal void MultiplyByWarpGroups<P, M>(P product, ProductShape shape) where P : struct, IMatrixProduct where M : struct, IWarpGroupCore
    {
        GpuBlock LayOut(MatrixLines matrix, int lines)
        {
            CoreLayout layout = new(lines, shape.Steps, M.StepsOfCell);
            GpuBlock block = Room(layout.Count);
            Launch(CoreMatrixKernels<M>.LayOut, layout.Count, matrix, layout, block.View.Cast<Float4>(), layout.Count);
            return block;
        }

        MultiplyLaidOut(() => LayOut(product.LeftLines, shape.Rows), () => LayOut(product.RightLines, shape.Columns), (left, right) =>
            Launch(WarpGroupProductKernels<P, M>.Product, new Work(ProductTile.Count(shape, CoreLayout.LinesOfSlab, CoreLayout.LinesOfSlab), WarpGroupProductKernels<P, M>.Threads), product, shape, left, right));
    }
}
