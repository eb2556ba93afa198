namespace NativeSsl.Kernels;

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Attention(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp)
    {
        AttentionOnDevice arguments = OnDevice(shape, mask, q, k, v, o, logSumExp, o, logSumExp);
        if (shape.Queries < NarrowestTile) AttendPlainly(arguments);
        else if (_groupSize == Tiles32.Threads) AttendBlocked<Tiles32>(arguments);
        else AttendBlocked<Tiles64>(arguments);
    }

    /// <inheritdoc/>
    public void AttentionGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp,
        HeadView dO, HeadView dq, HeadView dk, HeadView dv)
    {
        AttentionOnDevice arguments = WithDelta(shape, mask, q, k, v, o, logSumExp, dO);
        HeadsOnDevice ofQueries = OnDevice(dq), ofKeys = OnDevice(dk), ofValues = OnDevice(dv);
        if (shape.Queries < NarrowestTile) AttendPlainlyBackwards(arguments, ofQueries, ofKeys, ofValues);
        else if (_groupSize == Tiles32.Threads) AttendBlockedBackwards<Tiles32>(arguments, ofQueries, ofKeys, ofValues);
        else AttendBlockedBackwards<Tiles64>(arguments, ofQueries, ofKeys, ofValues);
    }

    /// <inheritdoc/>
    public void AttentionBiasGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, Tensor dbias) =>
        Launch(PlainAttentionKernels.GradBias, dbias.Shape.Count, WithDelta(shape, mask, q, k, v, o, logSumExp, dO), View(dbias),
            dbias.Shape[0], dbias.Shape[1], dbias.Shape.Count);

    internal void AttendPlainly(AttentionOnDevice a) => Launch(PlainAttentionKernels.Forward, QueryRows(a.Shape), a, QueryRows(a.Shape));

    internal void AttendBlocked<T>(AttentionOnDevice a) where T : struct, ISmallTiling
    {
        int blocks = Blocks(a.Shape.Queries, T.Rows), slices = Blocks(a.Shape.Width, T.Columns);
        Launch(BlockedAttentionKernels<T>.Forward, new Work((long)a.Shape.Batch * a.Shape.Heads * blocks * slices, T.Threads), a, blocks, slices);
    }

    internal void AttendPlainlyBackwards(AttentionOnDevice a, HeadsOnDevice dq, HeadsOnDevice dk, HeadsOnDevice dv)
    {
        long keys = (long)a.Shape.Batch * a.Shape.Heads * a.Shape.Keys;
        Launch(PlainAttentionKernels.GradQuery, QueryRows(a.Shape), a, dq, QueryRows(a.Shape));
        Launch(PlainAttentionKernels.GradKeyValue, keys, a, dk, dv, keys);
    }

    internal void AttendBlockedBackwards<T>(AttentionOnDevice a, HeadsOnDevice dq, HeadsOnDevice dk, HeadsOnDevice dv) where T : struct, ISmallTiling
    {
        AttendBlockedBackwards<OfQueries, T>(a, dq, a.Shape.Queries);
        AttendBlockedBackwards<OfKeys, T>(a, dk, a.Shape.Keys);
        AttendBlockedBackwards<OfValues, T>(a, dv, a.Shape.Keys);
    }

    void AttendBlockedBackwards<G, T>(AttentionOnDevice a, HeadsOnDevice gradient, int rows) where G : struct, IAttentionGradient where T : struct, ISmallTiling
    {
        int blocks = Blocks(rows, T.Rows), slices = Blocks(a.Shape.Width, T.Columns);
        Launch(BlockedAttentionGradientKernels<G, T>.Gradient, new Work((long)a.Shape.Batch * a.Shape.Heads * blocks * slices, T.Threads), a, gradient, blocks, slices);
    }

    static int Blocks(int lines, int ofBlock) => (lines + ofBlock - 1) / ofBlock;

    static long QueryRows(AttentionShape shape) => (long)shape.Batch * shape.Heads * shape.Queries;

    internal AttentionOnDevice WithDelta(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp, HeadView dO)
    {
        AttentionOnDevice arguments = OnDevice(shape, mask, q, k, v, o, logSumExp, dO, Tensor.Empty(this, logSumExp.Shape));
        Launch(PlainAttentionKernels.Delta, QueryRows(shape), arguments, QueryRows(shape));
        return arguments;
    }

    internal static HeadsOnDevice OnDevice(HeadView x) => new(View(x.Tensor), x.Start, x.BatchStride, x.TimeStride);

    // A kernel argument cannot be left out: where there are no lengths or no bias, it gets a view that it does not read.
    internal static AttentionOnDevice OnDevice(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, Tensor delta) => new()
    {
        Shape = shape, Q = OnDevice(q), K = OnDevice(k), V = OnDevice(v),
        O = OnDevice(o), GradO = OnDevice(dO), LogSumExp = View(logSumExp), Delta = View(delta),
        HasKeyLengths = mask.KeyLengths is null ? 0 : 1,
        KeyLengths = mask.KeyLengths is { } lengths ? View(lengths) : Device(q.Tensor.Storage).View<int>(),
        HasBias = mask.Bias is null ? 0 : 1, Bias = View(mask.Bias ?? q.Tensor),
        BiasBatchStride = mask.BiasBatchStride, BiasHeadStride = mask.BiasHeadStride,
    };
}
