namespace NativeSsl.Kernels;

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Attention(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp)
    {
        long rows = (long)shape.Batch * shape.Heads * shape.Queries;
        Launch(AttentionKernels.Forward, rows, OnDevice(shape, mask, q, k, v, o, logSumExp, o), rows);
    }

    /// <inheritdoc/>
    public void AttentionGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp,
        HeadView dO, HeadView dq, HeadView dk, HeadView dv)
    {
        AttentionOnDevice arguments = OnDevice(shape, mask, q, k, v, o, logSumExp, dO);
        long heads = (long)shape.Batch * shape.Heads;
        Launch(AttentionKernels.GradQuery, heads * shape.Queries, arguments, OnDevice(dq), heads * shape.Queries);
        Launch(AttentionKernels.GradKeyValue, heads * shape.Keys, arguments, OnDevice(dk), OnDevice(dv), heads * shape.Keys);
    }

    /// <inheritdoc/>
    public void AttentionBiasGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, Tensor dbias) =>
        Launch(AttentionKernels.GradBias, dbias.Shape.Count, OnDevice(shape, mask, q, k, v, o, logSumExp, dO), View(dbias),
            dbias.Shape[0], dbias.Shape[1], dbias.Shape.Count);

    static HeadsOnDevice OnDevice(HeadView x) => new(View(x.Tensor), x.Start, x.BatchStride, x.TimeStride);

    // A kernel argument cannot be left out: where there are no lengths or no bias, it gets a view that it does not read.
    static AttentionOnDevice OnDevice(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO) => new()
    {
        Shape = shape, Q = OnDevice(q), K = OnDevice(k), V = OnDevice(v),
        O = OnDevice(o), GradO = OnDevice(dO), LogSumExp = View(logSumExp),
        HasKeyLengths = mask.KeyLengths is null ? 0 : 1,
        KeyLengths = mask.KeyLengths is { } lengths ? View(lengths) : Device(q.Tensor.Storage).View<int>(),
        HasBias = mask.Bias is null ? 0 : 1, Bias = View(mask.Bias ?? q.Tensor),
        BiasBatchStride = mask.BiasBatchStride, BiasHeadStride = mask.BiasHeadStride,
    };
}
