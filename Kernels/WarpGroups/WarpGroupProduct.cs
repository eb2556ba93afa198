namespace NativeSsl.Kernels;

/// <summary>
/// The tiled product of matrices in core matrices: two groups of four warps make a tile of 128 × 128, each 64 rows of it. No factor passes through registers: the copy engine brings a panel of each, one stretch of memory, and the units read both from there, where they lie as
/// in the device's memory; it takes neither a description of a tensor nor a swizzle. One panel is on its way while the other is multiplied.
/// </summary>
static class WarpGroupProductKernels<P, M> where P : struct, IMatrixProduct where M : struct, IWarpGroupCore
{
    const int RowsOfGroup = 64, OfPanel = CoreLayout.StepsAtOnce * 2 * CoreLayout.LinesOfSlab, OfEight = OfPanel / CoreLayout.StepsAtOnce, OfStage = CoreLayout.Threads / 32 * WarpStage.Fours;

    public static void Product(P product, ProductShape shape, ArrayView<Float4> left, ArrayView<Float4> right)
    {
        ArrayView<Float4> panels = SharedMemory.Allocate<Float4>(OfStage);      // two of the left factor, then two of the right one; and later what a warp hands over
        ArrayView<long> barriers = SharedMemory.Allocate<long>(2);
        if (Group.IdxX == 0)
        {
            BulkCopy.SetUp(ref barriers[0]);
            BulkCopy.SetUp(ref barriers[1]);
        }
        ProductTile tile = new(shape, CoreLayout.LinesOfSlab, CoreLayout.LinesOfSlab);
        CoreLayout rows = new(shape.Rows, shape.Steps, M.StepsOfCell), columns = new(shape.Columns, shape.Steps, M.StepsOfCell);
        long nextOfLeft = rows.Place(tile.FirstRow / CoreLayout.LinesOfSlab, tile.FirstStep), nextOfRight = columns.Place(tile.FirstColumn / CoreLayout.LinesOfSlab, tile.FirstStep);
        int stepsOfPanel = CoreLayout.StepsAtOnce * 8 * M.StepsOfCell, turn = 0, group = Group.IdxX / (CoreLayout.Threads / 2) * RowsOfGroup;
        WarpGroupSums sums = default;

        if (tile.FirstStep < tile.StepEnd) Bring(barriers, panels, 0, left.SubView(nextOfLeft), right.SubView(nextOfRight));
        for (int next = tile.FirstStep + stepsOfPanel; next < tile.StepEnd + stepsOfPanel; next += stepsOfPanel)
        {
            int filled = Place.Within(turn, 2);
            BulkCopy.Wait(ref barriers[filled], turn / 2);
            Group.Barrier();                                // and nobody multiplies the other panel any more
            nextOfLeft += OfPanel;
            nextOfRight += OfPanel;
            if (next < tile.StepEnd) Bring(barriers, panels, 1 - filled, left.SubView(nextOfLeft), right.SubView(nextOfRight));
            int place = filled * OfPanel;
            WarpGroupInstruction.Begin();
            sums = M.MultiplyAdd(sums, ref panels[place + group], ref panels[place + 2 * OfPanel]);
            sums = M.MultiplyAdd(sums, ref panels[place + OfEight + group], ref panels[place + 2 * OfPanel + OfEight]);
            sums = WarpGroupInstruction.Wait(sums);
            turn++;
        }

        Group.Barrier();                                    // nobody reads the panels any more
        int row = tile.FirstRow + Group.IdxX / 32 * 16;
        WarpStage.Write<P, FragmentTiles4>(product, shape, tile, row, tile.FirstColumn, sums.Near, WarpStage.Of(panels.Cast<float>()));
        WarpStage.Write<P, FragmentTiles4>(product, shape, tile, row, tile.FirstColumn + 64, sums.Far, WarpStage.Of(panels.Cast<float>()));
    }

    // By one thread, into one of the two panels of each factor.
    static void Bring(ArrayView<long> barriers, ArrayView<Float4> panels, int which, ArrayView<Float4> left, ArrayView<Float4> right)
    {
        if (Group.IdxX != 0) return;
        BulkCopy.Expect(ref barriers[which], 2 * OfPanel * 16);
        BulkCopy.Begin(ref barriers[which], ref panels[which * OfPanel], ref left[0], OfPanel);
        BulkCopy.Begin(ref barriers[which], ref panels[which * OfPanel + 2 * OfPanel], ref right[0], OfPanel);
    }
}

public sealed partial class GpuBackend
{
    /// <summary>Whether groups of warps multiply what is laid out first. Off until a card has shown that they do it right, and faster.</summary>
    internal bool UsesWarpGroups { get; set; }

    /// <summary>Whether it has them: NVIDIA's of compute capability 9.0, and a simulator of so many threads.</summary>
    internal bool HasWarpGroups => _gpu.AcceleratorType == AcceleratorType.CPU && _gpu.MaxNumThreadsPerGroup >= CoreLayout.Threads || _gpu is ILGPU.Runtime.Cuda.CudaAccelerator { Architecture.Major: 9 };

    internal void MultiplyByWarpGroups<P, M>(P product, ProductShape shape, Halved halved) where P : struct, IMatrixProduct where M : struct, IWarpGroupCore
    {
        GpuBlock LayOut(MatrixLines<Float32Numbers> matrix, Tensor? halved, int lines) => halved is null ? Of(matrix, lines) : Of(matrix.Of(new BFloat16Numbers(Halves(halved))), lines);

        GpuBlock Of<E>(MatrixLines<E> matrix, int lines) where E : struct, INumbers
        {
            CoreLayout layout = new(lines, shape.Steps, M.StepsOfCell);
            GpuBlock block = Room(layout.Count);
            Launch(CoreMatrixKernels<M, E>.LayOut, layout.Count, matrix, layout, block.View.Cast<Float4>(), layout.Count);
            return block;
        }

        MultiplyLaidOut(() => LayOut(product.LeftLines, halved.Left, shape.Rows), () => LayOut(product.RightLines, halved.Right, shape.Columns), (left, right) =>
            Launch(WarpGroupProductKernels<P, M>.Product, new Work(ProductTile.Count(shape, CoreLayout.LinesOfSlab, CoreLayout.LinesOfSlab), CoreLayout.Threads), product, shape, left, right));
    }
}
