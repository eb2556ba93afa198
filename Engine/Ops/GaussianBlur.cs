using System.Runtime.CompilerServices;

namespace NativeSsl;

// y = x ∗ w along the rows, then along the columns;  w(d) = exp(−d² / 2σ²) / Σ,  d = −radius … radius;  beyond the edge the image is
// mirrored, the edge itself not repeated: torchvision's definition

public partial interface IBackend
{
    /// <summary>
    /// y ← x blurred, each image by its own sigma in pixels; 0 leaves it alone. Shapes: x and y <c>[batch, height, width, channels]</c>,
    /// sigmas <c>[batch]</c>. The kernel is 2 radius + 1 pixels wide; height and width are larger than the radius.
    /// </summary>
    void GaussianBlur(Tensor x, Tensor sigmas, Tensor y, int radius);
}

/// <summary>The bell and the mirror, written once for the CPU and for GPUs.</summary>
public static class GaussianWindow
{
    /// <summary>exp(−d² / 2σ²)</summary>
    public static float Weight(int d, float sigma) => LaneMath.Exp(new Scalar(-0.5f * d * d / (sigma * sigma))).Value;

    /// <summary>The pixel that is seen at <paramref name="i"/>, −length &lt; i &lt; 2 length − 1, where the image is mirrored at its
    /// edges.</summary>
    public static int Mirrored(int i, int length) => i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i;
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void GaussianBlur(Tensor x, Tensor sigmas, Tensor y, int radius)
    {
        int images = x.Shape[0], imageSize = (int)x.Shape.Span(1, 4), imagesPerPart = Math.Max(1, ElementsPerPart / Math.Max(1, imageSize));
        Run(new GaussianBlurKernel(Floats(x), Floats(sigmas), Floats(y), x.Shape[1], x.Shape[2], x.Shape[3], radius,
            images, imagesPerPart, _pool), (images + imagesPerPart - 1) / imagesPerPart);
    }

    readonly unsafe struct GaussianBlurKernel(float* x, float* sigmas, float* y, int height, int width, int channels, int radius,
        int images, int imagesPerPart, CpuPool pool) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int line = width * channels, padded = (line + Lanes.Count - 1) / Lanes.Count * Lanes.Count, margin = radius * channels;
            using CpuPool.Loan loan = pool.Lend((long)height * padded + padded + 2 * margin + radius + 1);
            float* rows = loan.Floats, row = rows + (long)height * padded, weights = row + padded + 2 * margin;
            int end = Math.Min(images, (part + 1) * imagesPerPart);
            for (int image = part * imagesPerPart; image < end; image++)
            {
                float* from = x + (long)image * height * line, to = y + (long)image * height * line;
                if (sigmas[image] == 0f)
                {
                    Buffer.MemoryCopy(from, to, (long)height * line * sizeof(float), (long)height * line * sizeof(float));
                    continue;
                }
                float sum = 0f;
                for (int d = 0; d <= radius; d++) sum += (d == 0 ? 1 : 2) * (weights[d] = GaussianWindow.Weight(d, sigmas[image]));
                for (int d = 0; d <= radius; d++) weights[d] /= sum;
                for (int i = 0; i < height; i++)
                {
                    WithMargins(from + (long)i * line, row);
                    AlongRow<T>(row + margin, weights, line, rows + (long)i * padded);
                }
                for (int i = 0; i < height; i++) AcrossRows<T>(rows, padded, i, weights, line, to + (long)i * line);
            }
        }

        void WithMargins(float* from, float* row)
        {
            int line = width * channels, margin = radius * channels;
            Buffer.MemoryCopy(from, row + margin, line * sizeof(float), line * sizeof(float));
            for (int j = 1; j <= radius; j++)
            {
                int before = GaussianWindow.Mirrored(-j, width), behind = GaussianWindow.Mirrored(width - 1 + j, width);
                for (int channel = 0; channel < channels; channel++)
                {
                    row[margin - j * channels + channel] = from[before * channels + channel];
                    row[margin + (width - 1 + j) * channels + channel] = from[behind * channels + channel];
                }
            }
        }

        [MethodImpl(Compile.Loop)]
        void AlongRow<T>(float* row, float* weights, int line, float* target) where T : struct, IWide<T>
        {
            for (int i = 0; i < line; i += Lanes.Count)
            {
                T sum = T.Load(row + i) * T.Broadcast(weights);
                for (int d = 1; d <= radius; d++)
                    sum = T.MultiplyAdd(T.Load(row + i - d * channels) + T.Load(row + i + d * channels), T.Broadcast(weights + d), sum);
                T.Store(sum, target + i);
            }
        }

        [MethodImpl(Compile.Loop)]
        void AcrossRows<T>(float* rows, int stride, int at, float* weights, int line, float* target) where T : struct, IWide<T>
        {
            for (int i = 0; i < line; i += Lanes.Count)
            {
                T sum = T.Load(rows + (long)at * stride + i) * T.Broadcast(weights);
                for (int d = 1; d <= radius; d++)
                {
                    float* above = rows + (long)GaussianWindow.Mirrored(at - d, height) * stride;
                    float* below = rows + (long)GaussianWindow.Mirrored(at + d, height) * stride;
                    sum = T.MultiplyAdd(T.Load(above + i) + T.Load(below + i), T.Broadcast(weights + d), sum);
                }
                T.Store(sum, target + i, Math.Min(Lanes.Count, line - i));
            }
        }
    }
}
