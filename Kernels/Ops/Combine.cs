namespace NativeSsl.Kernels;

/// <summary>A thread to four neighbours of the result, or, where rows are no whole fours or axes many, to one, which then finds its operands by division.</summary>
static class CombineKernels<C> where C : struct, ICombination
{
    public static void Fours(Floats a, Floats b, Floats y, Floats dy, Floats to, FourPlaces left, FourPlaces right, int foursOfRow, int count)
    {
        int i = (int)Grid.GlobalLinearIndex;
        if (i >= count) return;
        int row = i / foursOfRow, column = i - row * foursOfRow;
        Float4 p = left.Of(a, row, column), q = right.Of(b, row, column);
        Float4 value = C.IsSlope ? y.Cast<Float4>()[i] : p, slope = C.IsSlope ? dy.Cast<Float4>()[i] : q;
        to.Cast<Float4>()[i] = new Float4(C.Of(p.A, q.A, value.A, slope.A), C.Of(p.B, q.B, value.B, slope.B),
            C.Of(p.C, q.C, value.C, slope.C), C.Of(p.D, q.D, value.D, slope.D));
    }

    public static void Ones(Floats a, Floats b, Floats y, Floats dy, Floats to, Places left, Places right, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        float p = a[left.Of(i)], q = b[right.Of(i)];
        to[i] = C.Of(p, q, C.IsSlope ? y[i] : p, C.IsSlope ? dy[i] : q);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Combine<F>(Tensor a, Tensor b, Tensor y) where F : struct, IBinaryFormula => Combine<ValueOf<F>>(a, b, y, y, y);

    /// <inheritdoc/>
    public void CombineGrad<F>(Tensor a, Tensor b, Tensor y, Tensor dy, Tensor dx, bool ofRight) where F : struct, IBinaryFormula
    {
        if (ofRight) Combine<RightSlopeOf<F>>(a, b, y, dy, dx);
        else Combine<LeftSlopeOf<F>>(a, b, y, dy, dx);
    }

    void Combine<C>(Tensor a, Tensor b, Tensor y, Tensor dy, Tensor to) where C : struct, ICombination
    {
        Walk walk = new(y.Shape, Walk.Strides(a.Shape, y.Shape), Walk.Strides(b.Shape, y.Shape));
        if (FourPlaces.Fit(walk, out FourPlaces left, out FourPlaces right) && AreAligned(a, b, y, dy, to))
        {
            int count = (int)(walk.Count / Float4.Count);
            Launch(CombineKernels<C>.Fours, count, View(a), View(b), View(y), View(dy), View(to), left, right, (int)(walk.Width / Float4.Count), count);
        }
        else Launch(CombineKernels<C>.Ones, walk.Count, View(a), View(b), View(y), View(dy), View(to), walk.Left, walk.Right, walk.Count);
    }
}
