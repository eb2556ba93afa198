using System.Runtime.CompilerServices;

namespace NativeSsl;

// y = x / n,  n = max(‖x‖₂, ε) of each row
// dx = (dy − y ⟨dy, y⟩) / n where ‖x‖₂ > ε, dy / ε elsewhere: there y is linear in x

public partial interface IBackend
{
    /// <summary>y ← x / max(‖x‖₂, ε). Shapes: x, y <c>[..., features]</c>, norms <c>[rows]</c>, for the gradient.</summary>
    void Normalize(Tensor x, float epsilon, Tensor y, Tensor norms);
    /// <summary>dx from y and the norms. Shapes: as in <see cref="Normalize"/>.</summary>
    void NormalizeGrad(Tensor y, float epsilon, Tensor norms, Tensor dy, Tensor dx);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Normalize(Tensor x, float epsilon, Tensor y, Tensor norms) =>
        RunRows(new NormalizeRows(Floats(x), epsilon, Floats(y), Floats(norms), x.Shape[-1]), x.Shape.Rows, x.Shape[-1]);

    /// <inheritdoc/>
    public unsafe void NormalizeGrad(Tensor y, float epsilon, Tensor norms, Tensor dy, Tensor dx) =>
        RunRows(new NormalizeGradRows(Floats(y), epsilon, Floats(norms), Floats(dy), Floats(dx), y.Shape[-1]), y.Shape.Rows, y.Shape[-1]);

    readonly unsafe struct NormalizeRows(float* x, float epsilon, float* y, float* norms, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* input = x + row * width;
            float norm = MathF.Max(MathF.Sqrt(Rows.Dot<T>(input, input, width)), epsilon);
            norms[row] = norm;
            Rows.Scale<T>(input, 1f / norm, y + row * width, width);
        }
    }

    readonly unsafe struct NormalizeGradRows(float* y, float epsilon, float* norms, float* dy, float* dx, int width) : IRowKernel
    {
        [MethodImpl(Compile.Loop)]
        public void Row<T>(long row) where T : struct, IWide<T>
        {
            float* unit = y + row * width, g = dy + row * width, output = dx + row * width;
            T dot = T.Of(norms[row] <= epsilon ? 0f : Rows.Dot<T>(g, unit, width)), factor = T.Of(1f / norms[row]);
            int i = 0;
            for (; i + Lanes.Count <= width; i += Lanes.Count) T.Store((T.Load(g + i) - T.Load(unit + i) * dot) * factor, output + i);
            if (i < width) T.Store((T.Load(g + i) - T.Load(unit + i) * dot) * factor, output + i, width - i);
        }
    }
}
