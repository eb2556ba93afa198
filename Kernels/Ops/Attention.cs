namespace NativeSsl.Kernels;

/// <summary>What attention was called with. Each launch makes its own views of it.</summary>
readonly record struct AttentionCall(
    AttentionShape Shape, AttentionMask Mask, HeadView Q, HeadView K, HeadView V, HeadView O, Tensor LogSumExp, HeadView? GradO, Tensor Delta, ArrayView<ulong> Later)
{
    // A kernel argument cannot be left out: where there are no lengths, no bias or no slopes, it gets a view that it does not read.
    public AttentionOnDevice<E> OnDevice<E>(Func<Tensor, E> numbers) where E : struct, INumbers => new()
    {
        Shape = Shape, Q = GpuBackend.OnDevice(Q, Shape.Width, numbers), K = GpuBackend.OnDevice(K, Shape.Width, numbers), V = GpuBackend.OnDevice(V, Shape.Width, numbers),
        O = GpuBackend.OnDevice(O, Shape.Width, numbers), GradO = GpuBackend.OnDevice(GradO ?? new HeadView(LogSumExp, 0, 0, 0), Shape.Width, GpuBackend.Float32sOf), LogSumExp = GpuBackend.View(LogSumExp), Delta = GpuBackend.View(Delta),
        HasKeyLengths = Mask.KeyLengths is null ? 0 : 1,
        KeyLengths = Mask.KeyLengths is { } lengths ? GpuBackend.View(lengths) : GpuBackend.View(LogSumExp).Cast<int>(),
        HasBias = Mask.Bias is null ? 0 : 1, Bias = GpuBackend.View(Mask.Bias ?? LogSumExp),
        BiasBatchStride = Mask.BiasBatchStride, BiasHeadStride = Mask.BiasHeadStride,
        Later = Later,
    };

    /// <summary>All of it in Float32.</summary>
    public AttentionOnDevice<Float32Numbers> OnDevice() => OnDevice(GpuBackend.Float32sOf);

    /// <summary>How queries, keys, values and outputs are stored.</summary>
    public Format Format => Q.Tensor.Format;

    public long QueryRows => (long)Shape.Batch * Shape.Heads * Shape.Queries;
}

public sealed partial class GpuBackend
{
    const int FewestQueries = 8;                            // fewer leave most of a block empty

    /// <inheritdoc/>
    public void Attention(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp)
    {
        if (IsForTensorCores(shape)) AttendOnTensorCores(new(shape, mask, q, k, v, o, logSumExp, null, logSumExp, Later));
        else if (o.Tensor.Format == Format.BFloat16)
        {
            Tensor wide = Tensor.Empty(this, o.Tensor.Shape);
            Widened([q, k, v], heads => Attention(shape, mask, heads[0], heads[1], heads[2], o with { Tensor = wide }, logSumExp));
            Convert(wide, o.Tensor);
            GiveBack(wide, o.Tensor);
        }
        else
        {
            AttentionCall call = new(shape, mask, q, k, v, o, logSumExp, null, logSumExp, Later);
            if (shape.Queries < FewestQueries) AttendPlainly(call);
            else if (_groupSize == Tiles32.Threads) AttendBlocked<Tiles32>(call);
            else AttendBlocked<Tiles64>(call);
        }
    }

    /// <inheritdoc/>
    public void AttentionGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp,
        HeadView dO, HeadView dq, HeadView dk, HeadView dv)
    {
        if (IsForTensorCores(shape)) AttendOnTensorCoresBackwards(WithDelta(shape, mask, q, k, v, o, logSumExp, dO), dq, dk, dv);
        else Widened([q, k, v, o], heads =>
        {
            AttentionCall call = WithDelta(shape, mask, heads[0], heads[1], heads[2], heads[3], logSumExp, dO);
            if (shape.Queries < FewestQueries) AttendPlainlyBackwards(call, dq, dk, dv);
            else if (_groupSize == Tiles32.Threads) AttendBlockedBackwards<Tiles32>(call, dq, dk, dv);
            else AttendBlockedBackwards<Tiles64>(call, dq, dk, dv);
        });
    }

    /// <inheritdoc/>
    public void AttentionBiasGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, Tensor dbias) => Widened([q, k, v, o], heads =>
        {
            AttentionCall call = WithDelta(shape, mask, heads[0], heads[1], heads[2], heads[3], logSumExp, dO);
            Launch(PlainAttentionKernels.GradBias, dbias.Shape.Count, call.OnDevice(), View(dbias), dbias.Shape[0], dbias.Shape[1], dbias.Shape.Count);
        });

    internal void AttendPlainly(AttentionCall call) => Launch(PlainAttentionKernels.Forward, call.QueryRows, call.OnDevice(), call.QueryRows);

    internal void AttendBlocked<T>(AttentionCall call) where T : struct, ISmallTiling
    {
        (int blocks, int slices, Work work) = Cut<T>(call.Shape, call.Shape.Queries);
        Launch(BlockedAttentionKernels<T>.Forward, work, call.OnDevice(), blocks, slices);
    }

    internal void AttendPlainlyBackwards(AttentionCall call, HeadView dq, HeadView dk, HeadView dv)
    {
        long keys = (long)call.Shape.Batch * call.Shape.Heads * call.Shape.Keys;
        Launch(PlainAttentionKernels.GradQuery, call.QueryRows, call.OnDevice(), OnDevice(dq, call.Shape.Width, Float32sOf), call.QueryRows);
        Launch(PlainAttentionKernels.GradKeyValue, keys, call.OnDevice(), OnDevice(dk, call.Shape.Width, Float32sOf), OnDevice(dv, call.Shape.Width, Float32sOf), keys);
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
        Launch(BlockedAttentionGradientKernels<G, T>.Gradient, work, call.OnDevice(), OnDevice(gradient, call.Shape.Width, Float32sOf), blocks, slices);
    }

    static (int Blocks, int Slices, Work Work) Cut<T>(AttentionShape shape, int rows) where T : struct, ISmallTiling
    {
        int blocks = (rows + T.Rows - 1) / T.Rows, slices = (shape.Width + T.Columns - 1) / T.Columns;
        return (blocks, slices, new Work((long)shape.Batch * shape.Heads * blocks * slices, T.Threads));
    }

    internal AttentionCall WithDelta(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp, HeadView dO)
    {
        AttentionCall call = new(shape, mask, q, k, v, o, logSumExp, dO, Tensor.Empty(this, logSumExp.Shape), Later);
        if (call.Format == Format.BFloat16) Launch(AttentionDeltaKernels<BFloat16Numbers>.Delta, call.QueryRows, call.OnDevice(BFloat16sOf), call.QueryRows);
        else Launch(AttentionDeltaKernels<Float32Numbers>.Delta, call.QueryRows, call.OnDevice(), call.QueryRows);
        return call;
    }

    // Kernels other than those of tensor cores read Float32 alone. Heads may lie side by side in one tensor, of which there is one copy.
    void Widened(HeadView[] heads, Action<HeadView[]> work)
    {
        Dictionary<Tensor, Tensor> wide = [];
        foreach (HeadView head in heads)
            if (!wide.ContainsKey(head.Tensor)) wide.Add(head.Tensor, Widened(head.Tensor));
        work([.. heads.Select(head => head with { Tensor = wide[head.Tensor] })]);
        foreach ((Tensor tensor, Tensor copy) in wide) GiveBack(copy, tensor);
    }

    internal static HeadsOnDevice<E> OnDevice<E>(HeadView x, int width, Func<Tensor, E> numbers) where E : struct, INumbers =>
        new(numbers(x.Tensor), x.Start, x.BatchStride, x.TimeStride, AreAligned(x.Tensor) && (x.Start | x.BatchStride | x.TimeStride | (long)width) % Float4.Count == 0 ? 1 : 0);
}
