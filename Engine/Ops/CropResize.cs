using System.Runtime.CompilerServices;

namespace NativeSsl;

// y[i, j] = Σ_k Σ_l v(i, k) u(j, l) x[top + k, left + l]     v, u: the filter around the place where pixel i, j of the output lies in the box
//
// As a resampling library for pictures does it: the filter grows with the reduction, so that every pixel of the box has its share (no aliasing),
// and its weights are divided by their sum, which also settles what lies beyond the box: nothing does.

/// <summary>How pixels are put between pixels.</summary>
public enum Interpolation
{
    /// <summary>A triangle, two pixels wide.</summary>
    Bilinear,
    /// <summary>Keys 1981, “Cubic convolution interpolation”, with a = −½: four pixels wide, sharper, and beyond the values it lies between.</summary>
    Bicubic,
}

/// <summary>Which part of an image is looked at, in pixels from its upper left corner, fractions allowed; and whether in a mirror.</summary>
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
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void CropResize(Tensor x, Tensor boxes, Tensor y, Interpolation interpolation)
    {
        int images = y.Shape[0], imagesPerPart = (int)Math.Max(1, ElementsPerPart * (long)images / Math.Max(1, y.Shape.Count));
        Run(new CropResizeKernel(Floats(x), Floats(boxes), Floats(y), x.Shape[1], x.Shape[2], y.Shape[1], y.Shape[2], x.Shape[3],
            images, imagesPerPart, interpolation, _pool), (images + imagesPerPart - 1) / imagesPerPart);
    }

    // The rows are mixed first, a register along the row. Then columns are, a register down the column: between the two, and at the end, the strip is
    // turned on its side, which is cheaper than picking every third float of a row out of registers.
    readonly unsafe struct CropResizeKernel(float* x, float* boxes, float* y, int height, int width, int rows, int columns, int channels,
        int images, int imagesPerPart, Interpolation interpolation, CpuPool pool) : IKernel
    {
        const int Strip = 2 * Lanes.Count;                  // rows of the output that are made together

        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int taps = Math.Max(ResampledAxis.MostTaps(height, rows, interpolation), ResampledAxis.MostTaps(width, columns, interpolation));
            int line = Whole(width * channels), turned = Math.Max(width, columns) * channels;
            long floats = (long)taps * columns + taps + 2 * columns + (long)Strip * line + 2L * Strip * turned;
            using CpuPool.Loan loan = pool.Lend(floats);
            float* weights = loan.Floats, rowWeights = weights + taps * columns, mixed = rowWeights + taps + 2 * columns,
                upright = mixed + Strip * line, output = upright + Strip * turned;
            int* firsts = (int*)(rowWeights + taps), counts = firsts + columns;
            int end = Math.Min(images, (part + 1) * imagesPerPart);
            for (int image = part * imagesPerPart; image < end; image++)
            {
                float* box = boxes + 5 * image;
                ResampledAxis down = new(box[0], box[2], height, rows, interpolation), across = new(box[1], box[3], width, columns, interpolation);
                for (int j = 0; j < columns; j++) firsts[j] = across.Weights(j, weights + j * taps, out counts[j]) - across.Low;
                int used = (across.High - across.Low) * channels;
                for (int top = 0; top < rows; top += Strip)
                {
                    int count = Math.Min(Strip, rows - top);
                    for (int i = 0; i < count; i++)
                    {
                        int first = down.Weights(top + i, rowWeights, out int taken);
                        float* from = x + (((long)image * height + first) * width + across.Low) * channels;
                        MixRows<T>(from, (nint)width * channels, rowWeights, taken, used, mixed + i * line);
                    }
                    Transpose.Run<T>(mixed, line, count, used, upright, Strip);
                    for (int j = 0; j < columns; j++)
                        MixColumns<T>(upright + firsts[j] * channels * Strip, weights + j * taps, counts[j], channels, count,
                            output + (box[4] != 0f ? columns - 1 - j : j) * channels * Strip);
                    int outputLine = columns * channels;
                    Transpose.Run<T>(output, Strip, outputLine, count, y + ((long)image * rows + top) * outputLine, outputLine);
                }
            }
        }

        static int Whole(int floats) => (floats + Lanes.Count - 1) / Lanes.Count * Lanes.Count;

        [MethodImpl(Compile.Loop)]
        static void MixRows<T>(float* rows, nint stride, float* weights, int taps, int width, float* mixed) where T : struct, IWide<T>
        {
            for (int i = 0; i < width; i += Lanes.Count)
            {
                T sum = T.Load(rows + i) * T.Broadcast(weights);
                for (int k = 1; k < taps; k++) sum = T.MultiplyAdd(T.Load(rows + k * stride + i), T.Broadcast(weights + k), sum);
                T.Store(sum, mixed + i);
            }
        }

        // What lies beyond the last row of a strip is mixed as well; nobody looks at it.
        [MethodImpl(Compile.Loop)]
        static void MixColumns<T>(float* columns, float* weights, int taps, int channels, int rows, float* mixed) where T : struct, IWide<T>
        {
            for (int channel = 0; channel < channels; channel++)
                for (int i = 0; i < rows; i += Lanes.Count)
                {
                    float* from = columns + channel * Strip + i;
                    T sum = T.Load(from) * T.Broadcast(weights);
                    for (int k = 1; k < taps; k++)
                        sum = T.MultiplyAdd(T.Load(from + k * channels * Strip), T.Broadcast(weights + k), sum);
                    T.Store(sum, mixed + channel * Strip + i);
                }
        }
    }
}
