namespace NativeSsl.Kernels;

/// <summary>What attention was called with. Each launch makes its own views of it.</summary>
readonly record struct AttentionCall(
    AttentionShape Shape, AttentionMask Mask, HeadView Q, HeadView K, HeadView V, HeadView O, Tensor LogSumExp, HeadView GradO, Tensor Delta, ArrayView<ulong> Later)
{
    // A kernel argument cannot be left out: where there are no lengths or no bias, it gets a view that it does not read.
    public AttentionOnDevice OnDevice() => new()
    {
        Shape = Shape, Q = GpuBackend.OnDevice(Q, Shape.Width), K = GpuBackend.OnDevice(K, Shape.Width), V = GpuBackend.OnDevice(V, Shape.Width),
        O = GpuBackend.OnDevice(O, Shape.Width), GradO = GpuBackend.OnDevice(GradO, Shape.Width), LogSumExp = GpuBackend.View(LogSumExp), Delta = GpuBackend.View(Delta),
        HasKeyLengths = Mask.KeyLengths is null ? 0 : 1,
        KeyLengths = Mask.KeyLengths is { } lengths ? GpuBackend.View(lengths) : GpuBackend.View(LogSumExp).Cast<int>(),
        HasBias = Mask.Bias is null ? 0 : 1, Bias = GpuBackend.View(Mask.Bias ?? LogSumExp),
        BiasBatchStride = Mask.BiasBatchStride, BiasHeadStride = Mask.BiasHeadStride,
        Later = Later,
    };

    public long QueryRows => (long)Shape.Batch * Shape.Heads * Shape.Queries;
}

public sealed partial class GpuBackend
{
    const int FewestQueries = 8;                            // fewer leave most of a block empty

    /// <inheritdoc/>
    public void Attention(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp)
    {
        AttentionCall call = new(shape, mask, q, k, v, o, logSumExp, o, logSumExp, Later);
        if (shape.Queries < FewestQueries) AttendPlainly(call);
        else if (IsForTensorCores(shape)) AttendOnTensorCores(call);
        else if (_groupSize == Tiles32.Threads) AttendBlocked<Tiles32>(call);
        else AttendBlocked<Tiles64>(call);
    }

    /// <inheritdoc/>
    public void AttentionGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp,
        HeadView dO, HeadView dq, HeadView dk, HeadView dv)
    {
        AttentionCall call = WithDelta(shape, mask, q, k, v, o, logSumExp, dO);
        if (shape.Queries < FewestQueries) AttendPlainlyBackwards(call, dq, dk, dv);
        else if (IsForTensorCores(shape)) AttendOnTensorCoresBackwards(call, dq, dk, dv);
        else if (_groupSize == Tiles32.Threads) AttendBlockedBackwards<Tiles32>(call, dq, dk, dv);
        else AttendBlockedBackwards<Tiles64>(call, dq, dk, dv);
    }

    /// <inheritdoc/>
    public void AttentionBiasGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, Tensor dbias)
    {
        AttentionCall call = WithDelta(shape, mask, q, k, v, o, logSumExp, dO);
        Launch(PlainAttentionKernels.GradBias, dbias.Shape.Count, call.OnDevice(), View(dbias), dbias.Shape[0], dbias.Shape[1], dbias.Shape.Count);
    }

    internal void AttendPlainly(AttentionCall call) => Launch(PlainAttentionKernels.Forward, call.QueryRows, call.OnDevice(), call.QueryRows);

    internal void AttendBlocked<T>(AttentionCall call) where T : struct, ISmallTiling
    {
        (int blocks, int slices, Work work) = Cut<T>(call.Shape, call.Shape.Queries);
        Launch(BlockedAttentionKernels<T>.Forward, work, call.OnDevice(), blocks, slices);
    }

    internal void AttendPlainlyBackwards(AttentionCall call, HeadView dq, HeadView dk, HeadView dv)
    {
        long keys = (long)call.Shape.Batch * call.Shape.Heads * call.Shape.Keys;
        Launch(PlainAttentionKernels.GradQuery, call.QueryRows, call.OnDevice(), OnDevice(dq, call.Shape.Width), call.QueryRows);
        Launch(PlainAttentionKernels.GradKeyValue, keys, call.OnDevice(), OnDevice(dk, call.Shape.Width), OnDevice(dv, call.Shape.Width), keys);
    }

    internal void AttendBlockedBackwards<T>(AttentionCall call, HeadView dq, HeadView dk, HeadView dv) where T : struct, ISmallTiling
    {
        AttendBlockedBackwards<OfQueries, T>(call, dq, call.Shape.Queries);
        AttendBlockedBackwards<OfKeys, T>(call, dk, call.Shape.Keys);
        AttendBlockedBackwards<OfValues, T>(call, dv, call.Shape.Keys);
    }

    void AttendBlockedBackwards<G, T>(AttentionCall call, HeadView gradient, int rows) where G : struct, IAttentionGradient where T : struct, ISmallTiling
    {
        (int blocks, int slices, Work work) = Cut<T>(call.Shape, rows);
        Launch(BlockedAttentionGradientKernels<G, T>.Gradient, work, call.OnDevice(), OnDevice(gradient, call.Shape.Width), blocks, slices);
    }

    static (int Blocks, int Slices, Work Work) Cut<T>(AttentionShape shape, int rows) where T : struct, ISmallTiling
    {
        int blocks = (rows + T.Rows - 1) / T.Rows, slices = (shape.Width + T.Columns - 1) / T.Columns;
        return (blocks, slices, new Work((long)shape.Batch * shape.Heads * blocks * slices, T.Threads));
    }

    internal AttentionCall WithDelta(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp, HeadView dO)
    {
        AttentionCall call = new(shape, mask, q, k, v, o, logSumExp, dO, Tensor.Empty(this, logSumExp.Shape), Later);
        Launch(PlainAttentionKernels.Delta, call.QueryRows, call.OnDevice(), call.QueryRows);
        return call;
    }

    internal static HeadsOnDevice OnDevice(HeadView x, int width) =>
        new(View(x.Tensor), x.Start, x.BatchStride, x.TimeStride, AreAligned(x.Tensor) && (x.Start | x.BatchStride | x.TimeStride | (long)width) % Float4.Count == 0 ? 1 : 0);
}
