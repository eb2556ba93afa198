namespace NativeSsl.Kernels;

/// <summary>
/// Attention on tensor cores, for heads of up to 64 numbers: as <see cref="BlockedAttentionKernels{T}"/>, but a warp has its 16 queries, their scores, weights and outputs in registers, and the next
/// block of keys and values is read while this one is attended to. Dao 2023, “FlashAttention-2: faster attention with better parallelism and work partitioning”, algorithm 1.
/// </summary>
static class TensorCoreAttentionKernels<M, W, E> where M : struct, ITensorCore where W : struct, IAttentionTiling where E : struct, INumbers
{
    public static void Forward(AttentionOnDevice<E> a, int blocks)
    {
        ArrayView<int> keys = SharedMemory.Allocate<int>(AttentionPanels<M, W>.MostPanel), values = SharedMemory.Allocate<int>(AttentionPanels<M, W>.MostPanel);
        int block = Once.Of(Grid.IdxX % blocks), item = Grid.IdxX / blocks;
        int head = Once.Of(item % a.Shape.Heads), batch = Once.Of(item / a.Shape.Heads), width = a.Shape.Width;
        int firstQuery = block * AttentionPanels<M, W>.Rows, queryEnd = firstQuery + AttentionPanels<M, W>.Rows < a.Shape.Queries ? firstQuery + AttentionPanels<M, W>.Rows : a.Shape.Queries;
        int query = firstQuery + Group.IdxX / 32 * 16 + AttentionPanels<M, W>.Row, keyEnd = a.Visible(batch, queryEnd - 1);
        ScorePlaces at = new()
        {
            Batch = batch, Head = head, Query = query, NearSees = query < queryEnd ? a.Visible(batch, query) : 0, FarSees = query + 8 < queryEnd ? a.Visible(batch, query + 8) : 0,
        };
        HeadOnDevice<E> k = a.K.Of(batch, head, width), v = a.V.Of(batch, head, width);
        RowCells queries = AttentionPanels<M, W>.ReadRows(a.Q.Of(batch, head, width), query, queryEnd, width);
        OfRows largest = new(float.NegativeInfinity, float.NegativeInfinity), sum = default;
        EightBlocks output = default;

        // The first turn only reads, and the last one reads nothing.
        for (int next = 0; next < keyEnd + W.Columns; next += W.Columns)
        {
            TwoShares nextKeys = AttentionPanels<M, W>.ReadColumns(k, next, keyEnd, width), nextValues = AttentionPanels<M, W>.ReadMix(v, next, keyEnd, width);
            if (next > 0)
            {
                int key = next - W.Columns + AttentionPanels<M, W>.Column;
                EightBlocks scores = AttentionWeights<W>.Each(AttentionCells<M, W>.Product(queries, keys, width), key, new Scored<E>(a, at));
                OfRows before = largest;
                largest = AttentionWeights<W>.Fold<Largest>(before, scores).Together<Largest>();
                OfRows origins = new(Origin(largest.Near), Origin(largest.Far));
                OfRows shrink = new(DeviceMath.Exp(before.Near - origins.Near), DeviceMath.Exp(before.Far - origins.Far));
                EightBlocks weights = AttentionWeights<W>.Each(scores, key, new Exponentials(origins));
                sum = AttentionWeights<W>.Fold<Sum>(new(sum.Near * shrink.Near, sum.Far * shrink.Far), weights);
                if (a.Shape.Dropout > 0f) weights = AttentionWeights<W>.Each(weights, key, new KeptOnes<E>(a, at));
                output = AttentionCells<M, W>.Mix(AttentionWeights<W>.Times(output, shrink), weights, values, width);
            }
            Group.Barrier();
            AttentionPanels<M, W>.PutColumns(keys, nextKeys);
            AttentionPanels<M, W>.PutMix(values, nextValues);
            Group.Barrier();
        }

        sum = sum.Together<Sum>();
        AttentionPanels<M, W>.Write(a.O.Of(batch, head, width), query, queryEnd, width, AttentionWeights<W>.Times(output, new(Reciprocal(sum.Near), Reciprocal(sum.Far))));
        if (AttentionPanels<M, W>.Column > 0) return;
        if (query < queryEnd) a.LogSumExp[a.Shape.Row(batch, head, query)] = LogSumExp(largest.Near, sum.Near);
        if (query + 8 < queryEnd) a.LogSumExp[a.Shape.Row(batch, head, query + 8)] = LogSumExp(largest.Far, sum.Far);
    }

    // Nothing to see: exp(−∞ − 0) is 0, where −∞ − −∞ would be NaN.
    static float Origin(float largest) => largest == float.NegativeInfinity ? 0f : largest;

    static float Reciprocal(float sum) => sum == 0f ? 0f : 1f / sum;

    static float LogSumExp(float largest, float sum) => sum == 0f ? float.PositiveInfinity : Origin(largest) + DeviceMath.Log(sum);
}

// Attention on tensor cores, if the user wants them, the device has them and heads are narrow enough.
public sealed partial class GpuBackend
{
    bool IsForTensorCores(AttentionShape shape) => shape.Queries >= FewestQueries && MatMulPrecision != MatMulPrecision.Float32 && HasTensorCores && shape.Width <= AttentionPanels<BFloat16Core, AttentionTiles4>.MostWidth;

    void AttendOnTensorCores(AttentionCall call)
    {
        if (MatMulPrecision == MatMulPrecision.BFloat16) AttendOnTensorCores<BFloat16Core>(call);
        else AttendOnTensorCores<TensorFloat32Core>(call);
    }

    void AttendOnTensorCores<M>(AttentionCall call) where M : struct, ITensorCore
    {
        if (_groupSize < AttentionPanels<M, AttentionTiles4>.Threads) AttendOnTensorCores<M, AttentionTiles1>(call);
        else AttendOnTensorCores<M, AttentionTiles4>(call);
    }

    internal void AttendOnTensorCores<M, W>(AttentionCall call) where M : struct, ITensorCore where W : struct, IAttentionTiling
    {
        if (call.Format == Format.BFloat16) AttendOnTensorCores<M, W, BFloat16Numbers>(call, BFloat16sOf);
        else AttendOnTensorCores<M, W, Float32Numbers>(call, Float32sOf);
    }

    void AttendOnTensorCores<M, W, E>(AttentionCall call, Func<Tensor, E> numbers) where M : struct, ITensorCore where W : struct, IAttentionTiling where E : struct, INumbers
    {
        int blocks = (call.Shape.Queries + AttentionPanels<M, W>.Rows - 1) / AttentionPanels<M, W>.Rows;
        Launch(TensorCoreAttentionKernels<M, W, E>.Forward, new Work((long)call.Shape.Batch * call.Shape.Heads * blocks, AttentionPanels<M, W>.Threads), call.OnDevice(numbers), blocks);
    }
}
