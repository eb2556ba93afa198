namespace NativeSsl.Kernels;

/// <summary>
/// A gradient of attention on tensor cores: as <see cref="BlockedAttentionGradientKernels{G,T}"/>, but a warp has its 16 rows, their weights and sums in registers, and the next block of columns is read
/// while this one is multiplied.
/// </summary>
static class TensorCoreAttentionGradientKernels<G, M, W, E> where G : struct, IAttentionGradient where M : struct, ITensorCore where W : struct, IAttentionSlopeTiling where E : struct, INumbers
{
    public static void Gradient(AttentionOnDevice<E> a, HeadsOnDevice<Float32Numbers> gradient, int blocks)
    {
        ArrayView<int> scored = SharedMemory.Allocate<int>(AttentionPanels<M, W>.MostPanelOf32), sloped = SharedMemory.Allocate<int>(AttentionPanels<M, W>.MostPanelOf32);
        ArrayView<int> mixed = SharedMemory.Allocate<int>(AttentionPanels<M, W>.MostPanelOf32);
        int block = Once.Of(Grid.IdxX % blocks), item = Grid.IdxX / blocks;
        int head = Once.Of(item % a.Shape.Heads), batch = Once.Of(item / a.Shape.Heads), width = a.Shape.Width;
        int rows = G.HasKeysAsRows ? a.Shape.Keys : a.Shape.Queries, firstRow = block * AttentionPanels<M, W>.Rows;
        int rowEnd = firstRow + AttentionPanels<M, W>.Rows < rows ? firstRow + AttentionPanels<M, W>.Rows : rows, row = firstRow + Group.IdxX / 32 * 16 + AttentionPanels<M, W>.Row;
        int start = G.HasKeysAsRows ? FirstQuery(a, firstRow) : 0, end = G.HasKeysAsRows ? a.Shape.Queries : a.Visible(batch, rowEnd - 1);
        HeadOnDevice<E> q = a.Q.Of(batch, head, width), k = a.K.Of(batch, head, width), v = a.V.Of(batch, head, width);
        HeadOnDevice<Float32Numbers> slopes = a.GradO.Of(batch, head, width);
        SlopePlaces at = new()
        {
            Batch = batch, Head = head, Row = row,
            Near = G.HasKeysAsRows ? default : QueryFacts.Of(a, batch, head, row), Far = G.HasKeysAsRows ? default : QueryFacts.Of(a, batch, head, row + 8),
        };
        RowCells ofScores = AttentionPanels<M, W>.ReadRows(G.HasKeysAsRows ? k : q, row, rowEnd, width), ofSlopes = default;
        if (!G.IsOfValues) ofSlopes = G.HasKeysAsRows ? AttentionPanels<M, W>.ReadRows(v, row, rowEnd, width) : AttentionPanels<M, W>.ReadRows(slopes, row, rowEnd, width);
        EightBlocks output = default;

        // The first turn only reads, and the last one reads nothing.
        for (int next = start; next < end + W.Columns; next += W.Columns)
        {
            TwoShares nextScored = AttentionPanels<M, W>.ReadColumns(G.HasKeysAsRows ? q : k, next, end, width), nextSloped = default;
            if (!G.IsOfValues) nextSloped = G.HasKeysAsRows ? AttentionPanels<M, W>.ReadColumns(slopes, next, end, width) : AttentionPanels<M, W>.ReadColumns(v, next, end, width);
            TwoShares nextMixed = G.IsOfValues ? AttentionPanels<M, W>.ReadMix(slopes, next, end, width) : AttentionPanels<M, W>.ReadMix(G.HasKeysAsRows ? q : k, next, end, width);
            if (next > start)
            {
                EightBlocks dots = AttentionCells<M, W>.Product(ofScores, scored, width), changes = default;
                if (!G.IsOfValues) changes = AttentionCells<M, W>.Product(ofSlopes, sloped, width);
                output = AttentionCells<M, W>.Mix(output, SlopeWeights<G, W, E>.Weights(a, at, next - W.Columns + AttentionPanels<M, W>.Column, dots, changes), mixed, width);
            }
            Group.Barrier();
            AttentionPanels<M, W>.PutColumns(scored, nextScored);
            if (!G.IsOfValues) AttentionPanels<M, W>.PutColumns(sloped, nextSloped);
            AttentionPanels<M, W>.PutMix(mixed, nextMixed);
            Group.Barrier();
        }
        AttentionPanels<M, W>.Write(gradient.Of(batch, head, width), row, rowEnd, width, output);
    }

    // Queries before it see none of the keys from this one on.
    static int FirstQuery(AttentionOnDevice<E> a, int key) => key - a.Shape.Reach + 1 <= 0 ? 0 : (key - a.Shape.Reach + 1) / W.Columns * W.Columns;
}

public sealed partial class GpuBackend
{
    void AttendOnTensorCoresBackwards(AttentionCall call, HeadView dq, HeadView dk, HeadView dv)
    {
        if (MatMulPrecision == MatMulPrecision.BFloat16) AttendOnTensorCoresBackwards<BFloat16Core>(call, dq, dk, dv);
        else AttendOnTensorCoresBackwards<TensorFloat32Core>(call, dq, dk, dv);
    }

    void AttendOnTensorCoresBackwards<M>(AttentionCall call, HeadView dq, HeadView dk, HeadView dv) where M : struct, ITensorCore
    {
        if (_groupSize < AttentionPanels<M, AttentionSlopeTiles4>.Threads) AttendOnTensorCoresBackwards<M, AttentionTiles1>(call, dq, dk, dv);
        else AttendOnTensorCoresBackwards<M, AttentionSlopeTiles4>(call, dq, dk, dv);
    }

    internal void AttendOnTensorCoresBackwards<M, W>(AttentionCall call, HeadView dq, HeadView dk, HeadView dv) where M : struct, ITensorCore where W : struct, IAttentionSlopeTiling
    {
        if (call.Format == Format.BFloat16) AttendOnTensorCoresBackwards<M, W, BFloat16Numbers>(call, BFloat16sOf, dq, dk, dv);
        else AttendOnTensorCoresBackwards<M, W, Float32Numbers>(call, Float32sOf, dq, dk, dv);
    }

    void AttendOnTensorCoresBackwards<M, W, E>(AttentionCall call, Func<Tensor, E> numbers, HeadView dq, HeadView dk, HeadView dv)
        where M : struct, ITensorCore where W : struct, IAttentionSlopeTiling where E : struct, INumbers
    {
        AttendOnTensorCoresBackwards<OfQueries, M, W, E>(call, numbers, dq, call.Shape.Queries);
        AttendOnTensorCoresBackwards<OfKeys, M, W, E>(call, numbers, dk, call.Shape.Keys);
        AttendOnTensorCoresBackwards<OfValues, M, W, E>(call, numbers, dv, call.Shape.Keys);
    }

    void AttendOnTensorCoresBackwards<G, M, W, E>(AttentionCall call, Func<Tensor, E> numbers, HeadView gradient, int rows)
        where G : struct, IAttentionGradient where M : struct, ITensorCore where W : struct, IAttentionSlopeTiling where E : struct, INumbers
    {
        int blocks = (rows + AttentionPanels<M, W>.Rows - 1) / AttentionPanels<M, W>.Rows;
        Launch(TensorCoreAttentionGradientKernels<G, M, W, E>.Gradient, new Work((long)call.Shape.Batch * call.Shape.Heads * blocks, AttentionPanels<M, W>.Threads),
            call.OnDevice(numbers), OnDevice(gradient, call.Shape.Width, Float32sOf), blocks);
    }
}
