namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each number of the output, which works out its own weights.</summary>
static class CropResizeKernels
{
    public static void Forward(Floats x, Floats boxes, Floats y, int height, int width, int rows, int columns, int channels, int cubic, long count)
    {
        long place = Grid.GlobalLinearIndex;
        if (place >= count) return;
        int channel = (int)(place % channels), j = (int)(place / channels % columns), i = (int)(place / ((long)channels * columns) % rows);
        long image = place / ((long)channels * columns * rows);
        Interpolation filter = cubic != 0 ? Interpolation.Bicubic : Interpolation.Bilinear;
        ResampledAxis down = new(boxes[5 * image], boxes[5 * image + 2], height, rows, filter);
        ResampledAxis across = new(boxes[5 * image + 1], boxes[5 * image + 3], width, columns, filter);
        if (boxes[5 * image + 4] != 0f) j = columns - 1 - j;

        float sum = 0f, rowWeights = 0f, columnWeights = 0f;
        for (int l = across.First(j); l < across.End(j); l++) columnWeights += across.Weight(j, l);
        for (int k = down.First(i); k < down.End(i); k++)
        {
            float line = 0f, weight = down.Weight(i, k);
            for (int l = across.First(j); l < across.End(j); l++)
                line += across.Weight(j, l) * x[((image * height + k) * width + l) * channels + channel];
            sum += weight * line;
            rowWeights += weight;
        }
        y[place] = sum / (rowWeights * columnWeights);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void CropResize(Tensor x, Tensor boxes, Tensor y, Interpolation interpolation) =>
        Launch(CropResizeKernels.Forward, y.Shape.Count, View(x), View(boxes), View(y), x.Shape[1], x.Shape[2], y.Shape[1], y.Shape[2],
            x.Shape[3], interpolation == Interpolation.Bicubic ? 1 : 0, y.Shape.Count);
}
