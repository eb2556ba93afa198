namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each element of the result, which finds its operands by division.</summary>
static class CombineKernels<F> where F : struct, IBinaryFormula
{
    public static void Value(Floats a, Floats b, Floats y, Places left, Places right, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) y[i] = F.Value(new Scalar(a[left.Of(i)]), new Scalar(b[right.Of(i)])).Value;
    }

    public static void LeftSlope(Floats a, Floats b, Floats y, Floats dy, Floats dx, Places left, Places right, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) dx[i] = dy[i] * F.LeftSlope(new Scalar(a[left.Of(i)]), new Scalar(b[right.Of(i)]), new Scalar(y[i])).Value;
    }

    public static void RightSlope(Floats a, Floats b, Floats y, Floats dy, Floats dx, Places left, Places right, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i < count) dx[i] = dy[i] * F.RightSlope(new Scalar(a[left.Of(i)]), new Scalar(b[right.Of(i)]), new Scalar(y[i])).Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Combine<F>(Tensor a, Tensor b, Tensor y) where F : struct, IBinaryFormula
    {
        Walk walk = new(y.Shape, Walk.Strides(a.Shape, y.Shape), Walk.Strides(b.Shape, y.Shape));
        Launch(CombineKernels<F>.Value, walk.Count, View(a), View(b), View(y), walk.Left, walk.Right, walk.Count);
    }

    /// <inheritdoc/>
    public void CombineGrad<F>(Tensor a, Tensor b, Tensor y, Tensor dy, Tensor dx, bool ofRight) where F : struct, IBinaryFormula
    {
        Walk walk = new(y.Shape, Walk.Strides(a.Shape, y.Shape), Walk.Strides(b.Shape, y.Shape));
        if (ofRight)
            Launch(CombineKernels<F>.RightSlope, walk.Count, View(a), View(b), View(y), View(dy), View(dx),
                walk.Left, walk.Right, walk.Count);
        else
            Launch(CombineKernels<F>.LeftSlope, walk.Count, View(a), View(b), View(y), View(dy), View(dx),
                walk.Left, walk.Right, walk.Count);
    }
}
