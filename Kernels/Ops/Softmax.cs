namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class SoftmaxKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Forward(Floats x, Floats y, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        HeldRow<V> held = HeldRow<V>.At(x, start, packs, float.NegativeInfinity);
        V max = V.Of(Team.LargestOf<T, V>(held, x, start, packs));
        held = HeldRow<V>.Exp(held - max);
        V sum = held.Sum;
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX)
        {
            V e = V.Exp(V.At(x, start + i) - max);
            V.Set(y, start + i, e);
            sum += e;
        }
        V all = V.Of(Team.Sum<T, V>(sum));
        HeldRow<V>.Set(y, start, packs, held / all);
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) V.Set(y, start + i, V.At(y, start + i) / all);
    }

    public static void Backward(Floats y, Floats dy, Floats dx, int width)
    {
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        HeldRow<V> value = HeldRow<V>.At(y, start, packs), slope = HeldRow<V>.At(dy, start, packs);
        V sum = (value * slope).Sum;
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) sum += V.At(y, start + i) * V.At(dy, start + i);
        V dot = V.Of(Team.Sum<T, V>(sum));
        HeldRow<V>.Set(dx, start, packs, value * (slope - dot));
        for (int i = HeldRow.Beyond; i < packs; i += Group.DimX) V.Set(dx, start + i, V.At(y, start + i) * (V.At(dy, start + i) - dot));
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Softmax(Tensor x, Tensor y) => Launch(Choose(ByFours(x, y),
        SoftmaxKernels<WarpTeam, Float4>.Forward, SoftmaxKernels<WarpTeam, Float1>.Forward,
        SoftmaxKernels<SharedTeam, Float4>.Forward, SoftmaxKernels<SharedTeam, Float1>.Forward), Rows(x), View(x), View(y), x.Shape[-1]);

    /// <inheritdoc/>
    public void SoftmaxGrad(Tensor y, Tensor dy, Tensor dx) => Launch(Choose(ByFours(y, dy, dx),
        SoftmaxKernels<WarpTeam, Float4>.Backward, SoftmaxKernels<WarpTeam, Float1>.Backward,
        SoftmaxKernels<SharedTeam, Float4>.Backward, SoftmaxKernels<SharedTeam, Float1>.Backward), Rows(y), View(y), View(dy), View(dx), y.Shape[-1]);
}
