namespace NativeSsl.Kernels;

/// <summary>
/// Attention on tensor cores, for heads of up to 64 numbers: as <see cref="BlockedAttentionKernels{T}"/>, but a warp has its 16 queries, their scores, weights and outputs in registers, and the next
/// block of keys and values is read while this one is attended to. Dao 2023, “FlashAttention-2: faster attention with better parallelism and work partitioning”, algorithm 1.
/// </summary>
static class TensorCoreAttentionKernels<M, W> where M : struct, ITensorCore where W : struct, IAttentionTiling
{
    public static void Forward(AttentionOnDevice a, int blocks)
    {
        ArrayView<int> keys = SharedMemory.Allocate<int>(AttentionCells<M, W>.MostPanel), values = SharedMemory.Allocate<int>(AttentionCells<M, W>.MostPanel);
        int block = Once.Of(Grid.IdxX % blocks), item = Grid.IdxX / blocks;
        int head = Once.Of(item % a.Shape.Heads), batch = Once.Of(item / a.Shape.Heads), width = a.Shape.Width;
        int firstQuery = block * AttentionCells<M, W>.Rows, queryEnd = firstQuery + AttentionCells<M, W>.Rows < a.Shape.Queries ? firstQuery + AttentionCells<M, W>.Rows : a.Shape.Queries;
        int query = firstQuery + Group.IdxX / 32 * 16 + AttentionCells<M, W>.Row, keyEnd = a.Visible(batch, queryEnd - 1);
        ScorePlaces at = new()
        {
            Batch = batch, Head = head, Query = query, NearSees = query < queryEnd ? a.Visible(batch, query) : 0, FarSees = query + 8 < queryEnd ? a.Visible(batch, query + 8) : 0,
        };
        HeadByTime k = new(a.K.Of(batch, head, width));
        HeadByPlace v = new(a.V.Of(batch, head, width));
        PanelCut keyCut = AttentionCells<M, W>.KeyCut, valueCut = AttentionCells<M, W>.ValueCut;
        QueryCells queries = AttentionCells<M, W>.Queries(a.Q.Of(batch, head, width), query, queryEnd, width);
        OfRows largest = new(float.NegativeInfinity, float.NegativeInfinity), sum = default;
        EightBlocks output = default;

        // The first turn only reads, and the last one reads nothing.
        for (int next = 0; next < keyEnd + W.Keys; next += W.Keys)
        {
            PanelShare keysNear = PanelShare.Read(k, keyCut, next, keyEnd, 0, width), keysFar = PanelShare.Read(k, keyCut, next, keyEnd, HalfWidth, width);
            PanelShare valuesNear = PanelShare.Read(v, valueCut, 0, width, next, keyEnd), valuesFar = PanelShare.Read(v, valueCut, 0, width, next + W.Keys / 2, keyEnd);
            if (next > 0)
            {
                int key = next - W.Keys + AttentionCells<M, W>.Column;
                EightBlocks scores = AttentionWeights<W>.Scored(a, at, key, AttentionCells<M, W>.Scores(queries, keys, width));
                OfRows before = largest;
                largest = AttentionWeights<W>.Fold<Largest>(before, scores).Together<Largest>();
                OfRows origins = new(Origin(largest.Near), Origin(largest.Far));
                OfRows shrink = new(DeviceMath.Exp(before.Near - origins.Near), DeviceMath.Exp(before.Far - origins.Far));
                EightBlocks weights = AttentionWeights<W>.Exp(scores, origins);
                sum = AttentionWeights<W>.Fold<Sum>(new(sum.Near * shrink.Near, sum.Far * shrink.Far), weights);
                if (a.Shape.Dropout > 0f) weights = AttentionWeights<W>.Kept(a, at, key, weights);
                output = AttentionCells<M, W>.Mix(AttentionWeights<W>.Times(output, shrink), weights, values, width);
            }
            Group.Barrier();
            CellPanel<M>.Put(keys, keysNear, keyCut, true, AttentionCells<M, W>.KeyPitch);
            CellPanel<M>.Put(keys.SubView(HalfWidth / M.StepsOfCell * AttentionCells<M, W>.KeyPitch).AsAligned(16), keysFar, keyCut, true, AttentionCells<M, W>.KeyPitch);
            CellPanel<M>.Put(values, valuesNear, valueCut, false, AttentionCells<M, W>.ValuePitch);
            CellPanel<M>.Put(values.SubView(W.Keys / 2 / M.StepsOfCell * AttentionCells<M, W>.ValuePitch).AsAligned(16), valuesFar, valueCut, false, AttentionCells<M, W>.ValuePitch);
            Group.Barrier();
        }

        sum = sum.Together<Sum>();
        Write(a, at, queryEnd, AttentionWeights<W>.Times(output, new(Reciprocal(sum.Near), Reciprocal(sum.Far))));
        if (AttentionCells<M, W>.Column > 0) return;
        if (query < queryEnd) a.LogSumExp[a.Shape.Row(batch, head, query)] = LogSumExp(largest.Near, sum.Near);
        if (query + 8 < queryEnd) a.LogSumExp[a.Shape.Row(batch, head, query + 8)] = LogSumExp(largest.Far, sum.Far);
    }

    const int HalfWidth = AttentionCells<M, W>.MostWidth / 2;

    // Nothing to see: exp(−∞ − 0) is 0, where −∞ − −∞ would be NaN.
    static float Origin(float largest) => largest == float.NegativeInfinity ? 0f : largest;

    static float Reciprocal(float sum) => sum == 0f ? 0f : 1f / sum;

    static float LogSumExp(float largest, float sum) => sum == 0f ? float.PositiveInfinity : Origin(largest) + DeviceMath.Log(sum);

    static void Write(AttentionOnDevice a, ScorePlaces at, int queryEnd, EightBlocks output)
    {
        Write(a, at, queryEnd, 0, output.A);
        Write(a, at, queryEnd, 8, output.B);
        Write(a, at, queryEnd, 16, output.C);
        Write(a, at, queryEnd, 24, output.D);
        Write(a, at, queryEnd, 32, output.E);
        Write(a, at, queryEnd, 40, output.F);
        Write(a, at, queryEnd, 48, output.G);
        Write(a, at, queryEnd, 56, output.H);
    }

    static void Write(AttentionOnDevice a, ScorePlaces at, int queryEnd, int place, Float4 block)
    {
        HeadOnDevice o = a.O.Of(at.Batch, at.Head, a.Shape.Width);
        place += AttentionCells<M, W>.Column;
        Write(o, at.Query, queryEnd, place, a.Shape.Width, block.A, block.B);
        Write(o, at.Query + 8, queryEnd, place, a.Shape.Width, block.C, block.D);
    }

    static void Write(HeadOnDevice o, int query, int queryEnd, int place, int width, float left, float right)
    {
        if (query < queryEnd & place < width) o[query, place] = left;
        if (query < queryEnd & place + 1 < width) o[query, place + 1] = right;
    }
}

// Attention on tensor cores, if the user wants them, the device has them and heads are narrow enough.
public sealed partial class GpuBackend
{
    bool AttendOnTensorCores(AttentionCall call)
    {
        if (MatMulPrecision == MatMulPrecision.Float32 || !HasTensorCores || call.Shape.Width > AttentionCells<BFloat16Core, AttentionTiles4>.MostWidth) return false;
        if (MatMulPrecision == MatMulPrecision.BFloat16) AttendOnTensorCores<BFloat16Core>(call);
        else AttendOnTensorCores<TensorFloat32Core>(call);
        return true;
    }

    void AttendOnTensorCores<M>(AttentionCall call) where M : struct, ITensorCore
    {
        if (_groupSize < AttentionCells<M, AttentionTiles4>.Threads) AttendOnTensorCores<M, AttentionTiles1>(call);
        else AttendOnTensorCores<M, AttentionTiles4>(call);
    }

    internal void AttendOnTensorCores<M, W>(AttentionCall call) where M : struct, ITensorCore where W : struct, IAttentionTiling
    {
        int blocks = (call.Shape.Queries + AttentionCells<M, W>.Rows - 1) / AttentionCells<M, W>.Rows;
        Launch(TensorCoreAttentionKernels<M, W>.Forward, new Work((long)call.Shape.Batch * call.Shape.Heads * blocks, AttentionCells<M, W>.Threads), call.OnDevice(), blocks);
    }
}
