namespace NativeSsl.Kernels;

/// <summary>
/// A thread for each element looked up. On the way back rows that were looked up several times are added up in the order of the ids: each occurrence of an id knows the
/// next one, and whoever has the first goes through them.
/// </summary>
static class GatherKernels
{
    public static void Forward(Floats x, Ints ids, Floats y, long many, long size, long inner, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long row = i / inner;
        y[i] = x[(row / many * size + ids[row % many]) * inner + i % inner];
    }

    /// <summary>Where each id stands next (<paramref name="many"/>: nowhere), and that it has stood before: <paramref name="repeats"/> is zero elsewhere.</summary>
    public static void Link(Ints ids, Ints next, Ints repeats, int many)
    {
        int k = Grid.GlobalIndex.X;
        if (k >= many) return;
        int id = ids[k], j = k + 1;
        while (j < many && ids[j] != id) j++;
        next[k] = j;
        if (j < many) repeats[j] = 1;
    }

    public static void Backward(Floats dy, Ints ids, Ints next, Ints repeats, Floats dx, int many, long size, long inner, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long outer = i / inner / many, column = i % inner;
        int first = (int)(i / inner % many);
        if (repeats[first] != 0) return;
        float sum = dx[(outer * size + ids[first]) * inner + column];
        for (int k = first; k < many; k = next[k]) sum += dy[(outer * many + k) * inner + column];
        dx[(outer * size + ids[first]) * inner + column] = sum;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Gather(Tensor x, Indices ids, Tensor y, long outer, long size, long inner) =>
        Launch(GatherKernels.Forward, y.Shape.Count, View(x), View(ids), View(y), ids.Shape.Count, size, inner, y.Shape.Count);

    /// <inheritdoc/>
    public void GatherGrad(Tensor dy, Indices ids, Tensor dx, long outer, long size, long inner)
    {
        int many = checked((int)ids.Shape.Count);
        if (many == 0) return;
        Tensor next = Tensor.Empty(this, [many]), repeats = Tensor.Empty(this, [many]);
        Fill(repeats, 0f);
        Launch(GatherKernels.Link, many, View(ids), View(next).Cast<int>(), View(repeats).Cast<int>(), many);
        Launch(GatherKernels.Backward, dy.Shape.Count, View(dy), View(ids), View(next).Cast<int>(), View(repeats).Cast<int>(), View(dx), many, size, inner, dy.Shape.Count);
    }
}
