namespace NativeSsl.Kernels;

/// <summary>
/// The tiled product on tensor cores, of matrices laid out in fragments: nothing is rounded, nothing looked for and no edge met in the loop, which copies, reads and multiplies. There are two panels of each
/// factor: one is on its way past the registers while the other is multiplied, and one barrier a panel is enough.
/// </summary>
static class FragmentProductKernels<P, M, W> where P : struct, IMatrixProduct where M : struct, ITensorCore where W : struct, IFragmentTiling
{
    public static void Product(P product, ProductShape shape, ArrayView<Float4> left, ArrayView<Float4> right)
    {
        ArrayView<Float4> panels = SharedMemory.Allocate<Float4>(4 * FragmentPanels<M, W>.MostPanel);        // two of the left factor, then two of the right one
        ProductTile tile = new(shape, FragmentPanels<M, W>.Side, FragmentPanels<M, W>.Side);
        FragmentLayout rows = new(shape.Rows, shape.Steps, FragmentPanels<M, W>.BlocksOfSlab), columns = new(shape.Columns, shape.Steps, FragmentPanels<M, W>.BlocksOfSlab);
        long nextOfLeft = rows.Place(tile.FirstRow / FragmentPanels<M, W>.Side, tile.FirstStep, M.StepsOfCell), nextOfRight = columns.Place(tile.FirstColumn / FragmentPanels<M, W>.Side, tile.FirstStep, M.StepsOfCell);
        FragmentSums sums = default;
        int filled = 0;                                     // where the panel begins that is multiplied next

        // The first turn only copies, and the last one copies nothing.
        for (int next = tile.FirstStep; next < tile.StepEnd + FragmentPanels<M, W>.StepsOfPanel; next += FragmentPanels<M, W>.StepsOfPanel)
        {
            AsyncCopy.Wait();
            Group.Barrier();
            int free = FragmentPanels<M, W>.MostPanel - filled;
            if (next < tile.StepEnd)
            {
                FragmentPanels<M, W>.Bring(panels.SubView(free).AsAligned(16), left.SubView(nextOfLeft).AsAligned(16));
                FragmentPanels<M, W>.Bring(panels.SubView(free + 2 * FragmentPanels<M, W>.MostPanel).AsAligned(16), right.SubView(nextOfRight).AsAligned(16));
            }
            if (next > tile.FirstStep) sums = FragmentPanels<M, W>.Multiply(panels.SubView(filled).AsAligned(16), panels.SubView(filled + 2 * FragmentPanels<M, W>.MostPanel).AsAligned(16), sums);
            nextOfLeft += FragmentPanels<M, W>.OfPanel;
            nextOfRight += FragmentPanels<M, W>.OfPanel;
            filled = free;
        }

        Group.Barrier();                                    // nobody reads the panels any more
        FragmentPanels<M, W>.Write(product, shape, tile, sums, panels.Cast<float>());
    }
}

// Products of matrices so large that laying them out first costs less than it saves.
public sealed partial class GpuBackend
{
    internal void MultiplyFragments<P, M, W>(P product, ProductShape shape, Halved halved) where P : struct, IMatrixProduct where M : struct, ITensorCore where W : struct, IFragmentTiling
    {
        GpuBlock LayOut(MatrixLines<Float32Numbers> matrix, Tensor? halved, int lines, int ofRight) =>
            halved is null ? Of(matrix, lines, ofRight) : Of(matrix.Of(new BFloat16Numbers(Halves(halved))), lines, ofRight);

        GpuBlock Of<E>(MatrixLines<E> matrix, int lines, int ofRight) where E : struct, INumbers
        {
            FragmentLayout layout = new(lines, shape.Steps, FragmentPanels<M, W>.BlocksOfSlab);
            GpuBlock block = Room(layout.Count(M.StepsOfCell));
            Launch(FragmentKernels<M, E>.LayOut, layout.Threads, matrix, layout, ofRight, block.View.Cast<Float4>(), layout.Threads);
            return block;
        }

        MultiplyLaidOut(() => LayOut(product.LeftLines, halved.Left, shape.Rows, ofRight: 0), () => LayOut(product.RightLines, halved.Right, shape.Columns, ofRight: 1), (left, right) =>
            Launch(FragmentProductKernels<P, M, W>.Product, new Work(ProductTile.Count(shape, FragmentPanels<M, W>.Side, FragmentPanels<M, W>.Side), FragmentPanels<M, W>.Threads), product, shape, left, right));
    }

    // Memory between kernels of one op: given back as soon as the last one is in the stream. Until then what the product views is held, too.
    void MultiplyLaidOut(Func<GpuBlock> layOutLeft, Func<GpuBlock> layOutRight, Action<ArrayView<Float4>, ArrayView<Float4>> multiply)
    {
        GpuStorage[] viewed = [.. t_viewed ?? []];
        GpuBlock? left = null, right = null;
        try
        {
            left = layOutLeft();
            right = layOutRight();
            multiply(left.View.Cast<Float4>(), right.View.Cast<Float4>());
        }
        finally
        {
            left?.Return();
            right?.Return();
            GC.KeepAlive(viewed);
        }
    }

    GpuBlock Room(long fours)
    {
        using Lock.Scope turn = Turn();
        return Lender.Take(fours * Float4.Count * sizeof(float));
    }
}
