namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each number of the output, which looks at its whole window.</summary>
static class GaussianBlurKernels
{
    public static void Forward(Floats x, Floats sigmas, Floats y, int height, int width, int channels, int radius, long count)
    {
        long place = Grid.GlobalLinearIndex;
        if (place >= count) return;
        int channel = (int)(place % channels), j = (int)(place / channels % width), i = (int)(place / ((long)channels * width) % height);
        long image = place / ((long)channels * width * height);
        float sigma = sigmas[image];
        if (sigma == 0f)
        {
            y[place] = x[place];
            return;
        }
        float sum = 0f, weights = 0f;
        for (int k = -radius; k <= radius; k++)
        {
            float line = 0f, weight = GaussianWindow.Weight(k, sigma);
            long row = image * height + GaussianWindow.Mirrored(i + k, height);
            for (int l = -radius; l <= radius; l++)
                line += GaussianWindow.Weight(l, sigma) * x[(row * width + GaussianWindow.Mirrored(j + l, width)) * channels + channel];
            sum += weight * line;
            weights += weight;
        }
        y[place] = sum / (weights * weights);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void GaussianBlur(Tensor x, Tensor sigmas, Tensor y, int radius) =>
        Launch(GaussianBlurKernels.Forward, y.Shape.Count, View(x), View(sigmas), View(y), x.Shape[1], x.Shape[2], x.Shape[3],
            radius, y.Shape.Count);
}
