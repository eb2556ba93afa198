namespace NativeSsl.Kernels;

/// <summary>A team to each row.</summary>
static class SoftCrossEntropyKernels<T, V> where T : struct, ITeam where V : struct, IPack<V>
{
    public static void Forward(Floats x, Floats t, Floats losses, Floats statistics, int width)
    {
        long row = Grid.IdxX;
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        Normalizer normalizer = Normalizer.Of<T, V>(x, start, packs);
        float max = normalizer.Max, sum = normalizer.Sum, log = DeviceMath.Log(sum);
        V parts = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) parts += V.At(t, start + i) * (V.Of(max) - V.At(x, start + i) + V.Of(log));
        float loss = Team.Sum<T, V>(parts);
        if (Group.IdxX != 0) return;
        statistics[2 * row] = max;
        statistics[2 * row + 1] = sum;
        losses[row] = loss;
    }

    public static void Backward(Floats x, Floats t, Floats statistics, Floats dy, Floats dx, Floats dt, int width, long rows)
    {
        long row = Grid.IdxX;
        int packs = width / V.Count;
        long start = (long)Grid.IdxX * packs;
        float all = statistics[2 * row + 1];
        V max = V.Of(statistics[2 * row]), sum = V.Of(all), scale = V.Of(dy[0] / rows), log = V.Of(DeviceMath.Log(all)), masses = V.Of(0f);
        for (int i = Group.IdxX; i < packs; i += Group.DimX) masses += V.At(t, start + i);
        V mass = V.Of(Team.Sum<T, V>(masses));
        for (int i = Group.IdxX; i < packs; i += Group.DimX)
        {
            V.Set(dx, start + i, (V.Exp(V.At(x, start + i) - max) / sum * mass - V.At(t, start + i)) * scale);
            V.Set(dt, start + i, (log - (V.At(x, start + i) - max)) * scale);
        }
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void SoftCrossEntropy(Tensor x, Tensor t, Tensor loss, Tensor statistics)
    {
        Tensor losses = Tensor.Empty(this, [checked((int)x.Shape.Rows)]);
        Launch(Choose(ByFours(x, t), SoftCrossEntropyKernels<WarpTeam, Float4>.Forward, SoftCrossEntropyKernels<WarpTeam, Float1>.Forward,
            SoftCrossEntropyKernels<SharedTeam, Float4>.Forward, SoftCrossEntropyKernels<SharedTeam, Float1>.Forward), Rows(x),
            View(x), View(t), View(losses), View(statistics), x.Shape[-1]);
        Mean(losses, x.Shape.Rows, loss);
    }

    /// <inheritdoc/>
    public void SoftCrossEntropyGrad(Tensor x, Tensor t, Tensor statistics, Tensor dy, Tensor dx, Tensor dt) =>
        Launch(Choose(ByFours(x, t, dx, dt), SoftCrossEntropyKernels<WarpTeam, Float4>.Backward, SoftCrossEntropyKernels<WarpTeam, Float1>.Backward,
            SoftCrossEntropyKernels<SharedTeam, Float4>.Backward, SoftCrossEntropyKernels<SharedTeam, Float1>.Backward), Rows(x),
            View(x), View(t), View(statistics), View(dy), View(dx), View(dt), x.Shape[-1], x.Shape.Rows);
}
