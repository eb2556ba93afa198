namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each element looked up, and on the way back one for each column,
/// which adds in the order of the ids.</summary>
static class GatherKernels
{
    public static void Forward(Floats x, Ints ids, Floats y, long many, long size, long inner, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long row = i / inner;
        y[i] = x[(row / many * size + ids[row % many]) * inner + i % inner];
    }

    public static void Backward(Floats dy, Ints ids, Floats dx, long many, long size, long inner, long columns)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= columns) return;
        long outer = i / inner, column = i % inner;
        for (long k = 0; k < many; k++) dx[(outer * size + ids[k]) * inner + column] += dy[(outer * many + k) * inner + column];
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Gather(Tensor x, Indices ids, Tensor y, long outer, long size, long inner) =>
        Launch(GatherKernels.Forward, y.Shape.Count, View(x), View(ids), View(y), ids.Shape.Count, size, inner, y.Shape.Count);

    /// <inheritdoc/>
    public void GatherGrad(Tensor dy, Indices ids, Tensor dx, long outer, long size, long inner) =>
        Launch(GatherKernels.Backward, outer * inner, View(dy), View(ids), View(dx), ids.Shape.Count, size, inner, outer * inner);
}
