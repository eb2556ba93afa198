using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>A function of two numbers and its two slopes, written once and run on every device, with broadcasting.</summary>
public interface IBinaryFormula
{
    /// <summary>y, given a and b.</summary>
    static abstract T Value<T>(T a, T b) where T : struct, ILane<T>;
    /// <summary>∂y/∂a, given a, b and the already known y.</summary>
    static abstract T LeftSlope<T>(T a, T b, T y) where T : struct, ILane<T>;
    /// <summary>∂y/∂b, given a, b and the already known y.</summary>
    static abstract T RightSlope<T>(T a, T b, T y) where T : struct, ILane<T>;
    /// <summary>Whether both slopes are constants: then the gradient is reduced first,
    /// and no kernel asks for the slopes of single elements.</summary>
    static abstract bool HasConstantSlopes { get; }
}

public partial interface IBackend
{
    /// <summary>y ← F(a, b), where a and b are stretched along their axes of length one to the shape of y.</summary>
    void Combine<F>(Tensor a, Tensor b, Tensor y) where F : struct, IBinaryFormula;
    /// <summary>dx ← dy · ∂F/∂a, or ∂F/∂b: not yet summed over stretched axes. Shapes: y, dy and dx alike;
    /// a and b as they were given to F.</summary>
    void CombineGrad<F>(Tensor a, Tensor b, Tensor y, Tensor dy, Tensor dx, bool ofRight) where F : struct, IBinaryFormula;
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Combine<F>(Tensor a, Tensor b, Tensor y) where F : struct, IBinaryFormula
    {
        Walk walk = new(y.Shape, Walk.Strides(a.Shape, y.Shape), Walk.Strides(b.Shape, y.Shape));
        RunWalk(new CombineRows<F>(Floats(a), Floats(b), Floats(y), walk.Left.Stride == 0, walk.Right.Stride == 0), walk);
    }

    /// <inheritdoc/>
    public unsafe void CombineGrad<F>(Tensor a, Tensor b, Tensor y, Tensor dy, Tensor dx, bool ofRight) where F : struct, IBinaryFormula
    {
        Walk walk = new(y.Shape, Walk.Strides(a.Shape, y.Shape), Walk.Strides(b.Shape, y.Shape));
        RunWalk(new CombineGradRows<F>(Floats(a), Floats(b), Floats(y), Floats(dy), Floats(dx),
            walk.Left.Stride == 0, walk.Right.Stride == 0, ofRight), walk);
    }

    // Along a row an operand either runs or stands still; one that stands still is loaded once, on all lanes.
    readonly unsafe struct CombineRows<F>(float* a, float* b, float* y, bool leftStands, bool rightStands) : IWalkKernel
        where F : struct, IBinaryFormula
    {
        [MethodImpl(Compile.Loop)]
        public void Rows<T>(in EvenRows rows) where T : struct, IWide<T>
        {
            float* p = a + rows.Left, q = b + rows.Right, output = y + rows.Step;
            int width = rows.Width, whole = width - Lanes.Count;
            for (int row = 0; row < rows.Count; row++, p += rows.LeftStride, q += rows.RightStride, output += rows.StepStride)
            {
                T stands = T.Of(leftStands ? *p : *q);
                int i = 0;
                if (leftStands)
                {
                    for (; i <= whole; i += Lanes.Count) T.Store(F.Value(stands, T.Load(q + i)), output + i);
                    if (i < width) T.Store(F.Value(stands, T.Load(q + i)), output + i, width - i);
                }
                else if (rightStands)
                {
                    for (; i <= whole; i += Lanes.Count) T.Store(F.Value(T.Load(p + i), stands), output + i);
                    if (i < width) T.Store(F.Value(T.Load(p + i), stands), output + i, width - i);
                }
                else
                {
                    for (; i <= whole; i += Lanes.Count) T.Store(F.Value(T.Load(p + i), T.Load(q + i)), output + i);
                    if (i < width) T.Store(F.Value(T.Load(p + i), T.Load(q + i)), output + i, width - i);
                }
            }
        }
    }

    readonly unsafe struct CombineGradRows<F>(float* a, float* b, float* y, float* dy, float* dx, bool leftStands,
        bool rightStands, bool ofRight)
        : IWalkKernel where F : struct, IBinaryFormula
    {
        [MethodImpl(Compile.Loop)]
        public void Rows<T>(in EvenRows rows) where T : struct, IWide<T>
        {
            float* p = a + rows.Left, q = b + rows.Right;
            long step = rows.Step;
            int width = rows.Width;
            for (int row = 0; row < rows.Count; row++, p += rows.LeftStride, q += rows.RightStride, step += rows.StepStride)
                for (int i = 0; i < width; i += Lanes.Count)
                {
                    T u = leftStands ? T.Of(*p) : T.Load(p + i), v = rightStands ? T.Of(*q) : T.Load(q + i), value = T.Load(y + step + i);
                    T gradient = T.Load(dy + step + i) * (ofRight ? F.RightSlope(u, v, value) : F.LeftSlope(u, v, value));
                    if (i + Lanes.Count <= width) T.Store(gradient, dx + step + i);
                    else T.Store(gradient, dx + step + i, width - i);
                }
        }
    }
}
