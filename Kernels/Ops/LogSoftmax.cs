namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class LogSoftmaxKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Forward(Floats x, Floats y, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        HeldRow<V> held = HeldRow<V>.At(x, start, packs, float.NegativeInfinity);
        V max = V.Of(Team.LargestOf<T, V>(held, x, start, packs));
        held -= max;
        V sum = HeldRow<V>.Exp(held).Sum;
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) sum += V.Exp(V.At(x, start + i) - max);
        V log = V.Of(DeviceMath.Log(Team.Sum<T, V>(sum)));
        HeldRow<V>.Set(y, start, packs, held - log);
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) V.Set(y, start + i, V.At(x, start + i) - max - log);
    }

    public static void Backward(Floats y, Floats dy, Floats dx, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        HeldRow<V> slope = HeldRow<V>.At(dy, start, packs);
        V sum = slope.Sum;
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) sum += V.At(dy, start + i);
        V all = V.Of(Team.Sum<T, V>(sum));
        HeldRow<V>.Set(dx, start, packs, slope - HeldRow<V>.Exp(HeldRow<V>.At(y, start, packs)) * all);
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) V.Set(dx, start + i, V.At(dy, start + i) - V.Exp(V.At(y, start + i)) * all);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void LogSoftmax(Tensor x, Tensor y) => Launch(Choose(ByFours(x, y),
        LogSoftmaxKernels<WarpTeam, Float4>.Forward, LogSoftmaxKernels<WarpTeam, Float1>.Forward,
        LogSoftmaxKernels<SharedTeam, Float4>.Forward, LogSoftmaxKernels<SharedTeam, Float1>.Forward), Rows(x), View(x), View(y), x.Shape[-1]);

    /// <inheritdoc/>
    public void LogSoftmaxGrad(Tensor y, Tensor dy, Tensor dx) => Launch(Choose(ByFours(y, dy, dx),
        LogSoftmaxKernels<WarpTeam, Float4>.Backward, LogSoftmaxKernels<WarpTeam, Float1>.Backward,
        LogSoftmaxKernels<SharedTeam, Float4>.Backward, LogSoftmaxKernels<SharedTeam, Float1>.Backward), Rows(y), View(y), View(dy), View(dx), y.Shape[-1]);
}
