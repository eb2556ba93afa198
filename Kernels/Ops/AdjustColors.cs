namespace NativeSsl.Kernels;

/// <summary>Naive: step after step, one thread for each pixel; before it one thread for each image whose contrast changes, which adds up
/// its mean grey.</summary>
static class AdjustColorsKernels
{
    public static void MeanGreys(Floats y, Floats steps, Floats means, int step, int stepCount, int pixels, int channels, long images)
    {
        long image = Grid.GlobalLinearIndex;
        if (image >= images || steps[2 * (image * stepCount + step)] != (float)ColorChange.Contrast) return;
        float sum = 0f;
        for (long i = image * pixels; i < (image + 1) * pixels; i++)
            sum += channels == 1 ? y[i]
                : ColorFormulas.Grey(new Scalar(y[3 * i]), new Scalar(y[3 * i + 1]), new Scalar(y[3 * i + 2])).Value;
        means[image] = sum / pixels;
    }

    public static void Step(Floats y, Floats steps, Floats means, int step, int stepCount, int pixels, int channels, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        long image = i / pixels, place = 2 * (image * stepCount + step);
        int change = (int)steps[place];
        Scalar factor = new(steps[place + 1]);
        if (channels == 1)
        {
            if (change is (int)ColorChange.Saturation or (int)ColorChange.Hue or (int)ColorChange.None) return;
            y[i] = Changed(new Scalar(y[i]), change, factor, change == (int)ColorChange.Contrast ? means[image] : 0f);
            return;
        }
        if (change == (int)ColorChange.None) return;
        Scalar r = new(y[3 * i]), g = new(y[3 * i + 1]), b = new(y[3 * i + 2]);
        if (change == (int)ColorChange.Hue)
        {
            ColorFormulas.TurnHue(ref r, ref g, ref b, factor);
            y[3 * i] = r.Value;
            y[3 * i + 1] = g.Value;
            y[3 * i + 2] = b.Value;
            return;
        }
        float other = change == (int)ColorChange.Contrast ? means[image]
            : change == (int)ColorChange.Saturation ? ColorFormulas.Grey(r, g, b).Value : 0f;
        y[3 * i] = Changed(r, change, factor, other);
        y[3 * i + 1] = Changed(g, change, factor, other);
        y[3 * i + 2] = Changed(b, change, factor, other);
    }

    static float Changed(Scalar x, int change, Scalar factor, float other) => change == (int)ColorChange.Solarize
        ? ColorFormulas.Solarize(x, factor).Value : ColorFormulas.Blend(x, new Scalar(other), factor).Value;

    public static void Scale(Floats y, Floats affine, int channels, long count)
    {
        long i = Grid.GlobalLinearIndex;
        if (i >= count) return;
        int channel = (int)(i % channels);
        y[i] = y[i] * affine[channel] + affine[channels + channel];
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void AdjustColors(Tensor x, Tensor steps, Tensor affine, Tensor y)
    {
        int channels = x.Shape[3], pixels = x.Shape[1] * x.Shape[2], stepCount = steps.Shape[1];
        long images = x.Shape[0];
        Tensor means = Tensor.Empty(this, [x.Shape[0]]);
        Copy(x, y);
        for (int step = 0; step < stepCount; step++)
        {
            Launch(AdjustColorsKernels.MeanGreys, images, View(y), View(steps), View(means), step, stepCount, pixels, channels, images);
            Launch(AdjustColorsKernels.Step, images * pixels, View(y), View(steps), View(means), step, stepCount,
                pixels, channels, images * pixels);
        }
        Launch(AdjustColorsKernels.Scale, y.Shape.Count, View(y), View(affine), channels, y.Shape.Count);
    }
}
