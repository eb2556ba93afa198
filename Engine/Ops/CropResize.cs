using System.Runtime.CompilerServices;

namespace NativeSsl;

// y[i, j] = Σ_k Σ_l v(i, k) u(j, l) x[top + k, left + l]     v, u: the filter around where pixel i, j of the output lies in the box
//
// As a resampling library for pictures does it: the filter grows with the reduction, so that every pixel of the box has its share (no
// aliasing), and its weights are divided by their sum, which also settles what lies beyond the box: nothing does.
//
// dx[k, l] = Σ_i Σ_j v(i, k) u(j, l) dy[i, j]

/// <summary>How pixels are put between pixels.</summary>
public enum Interpolation
{
    /// <summary>A triangle, two pixels wide.</summary>
    Bilinear,
    /// <summary>Keys 1981, “Cubic convolution interpolation”, with a = −½: four pixels wide, sharper, and beyond the
    /// values it lies between.</summary>
    Bicubic,
}

/// <summary>Which part of an image is looked at, in pixels from its upper left corner, fractions allowed; and whether in
/// a mirror.</summary>
/// <param name="Top">Rows above the box.</param>
/// <param name="Left">Columns to the left of it.</param>
/// <param name="Height">Rows of the box.</param>
/// <param name="Width">Columns of the box.</param>
/// <param name="Flip">Whether left and right change sides.</param>
public readonly record struct CropBox(float Top, float Left, float Height, float Width, bool Flip = false);

public partial interface IBackend
{
    /// <summary>
    /// y ← the boxes of x, brought to the size of y. Shapes: x <c>[batch, height, width, channels]</c>, boxes <c>[batch, 5]</c> (top, left,
    /// height, width, 1 to flip), all within x, y <c>[batch, rows, columns, channels]</c>.
    /// </summary>
    void CropResize(Tensor x, Tensor boxes, Tensor y, Interpolation interpolation);
    /// <summary>dx from dy; zero where no box looks. Shapes as in <see cref="CropResize"/>.</summary>
    void CropResizeGrad(Tensor dy, Tensor boxes, Tensor dx, Interpolation interpolation);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void CropResize(Tensor x, Tensor boxes, Tensor y, Interpolation interpolation)
    {
        CropShape shape = new(x.Shape, y.Shape, interpolation, ElementsPerPart);
        Run(new CropResizeKernel(shape, Floats(x), Floats(boxes), Floats(y), _pool), shape.Parts);
    }

    /// <inheritdoc/>
    public unsafe void CropResizeGrad(Tensor dy, Tensor boxes, Tensor dx, Interpolation interpolation)
    {
        CropShape shape = new(dx.Shape, dy.Shape, interpolation, ElementsPerPart);
        Run(new CropResizeGradKernel(shape, Floats(dy), Floats(boxes), Floats(dx), _pool), shape.Parts);
    }

    readonly unsafe struct CropResizeKernel(CropShape shape, float* x, float* boxes, float* y, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            using CpuPool.Loan loan = pool.Lend(shape.ScratchFloats);
            (int first, int end) = shape.ImagesOf(part);
            for (int image = first; image < end; image++)
            {
                CropStrips strips = new(shape, boxes + 5 * image, loan.Floats);
                for (int top = 0; top < shape.Rows; top += CropShape.Strip)
                    strips.Forward<T>(x + image * shape.ImageFloats, top, y + image * shape.OutputFloats);
            }
        }
    }

    readonly unsafe struct CropResizeGradKernel(CropShape shape, float* dy, float* boxes, float* dx, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            using CpuPool.Loan loan = pool.Lend(shape.ScratchFloats);
            (int first, int end) = shape.ImagesOf(part);
            for (int image = first; image < end; image++)
            {
                CropStrips strips = new(shape, boxes + 5 * image, loan.Floats);
                new Span<float>(dx + image * shape.ImageFloats, checked((int)shape.ImageFloats)).Clear();
                for (int top = 0; top < shape.Rows; top += CropShape.Strip)
                    strips.Backward<T>(dy + image * shape.OutputFloats, top, dx + image * shape.ImageFloats);
            }
        }
    }
}
