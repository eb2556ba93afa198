namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each number of the output, which works out its own weights; for the slope one for each number of the
/// image, which asks every pixel of the output for its share.</summary>
static class CropResizeKernels
{
    public static void Forward(
        Floats x, Floats boxes, Floats y, int height, int width, int rows, int columns, int channels, int cubic, long count)
    {
        long place = Grid.GlobalLinearIndex;
        if (place >= count) return;
        int channel = (int)(place % channels), j = (int)(place / channels % columns), i = (int)(place / ((long)channels * columns) % rows);
        long image = place / ((long)channels * columns * rows);
        Interpolation filter = cubic != 0 ? Interpolation.Bicubic : Interpolation.Bilinear;
        ResampledAxis down = new(boxes[5 * image], boxes[5 * image + 2], height, rows, filter);
        ResampledAxis across = new(boxes[5 * image + 1], boxes[5 * image + 3], width, columns, filter);
        if (boxes[5 * image + 4] != 0f) j = columns - 1 - j;

        float sum = 0f, rowWeights = 0f, columnWeights = 0f, row = down.Centre(i), column = across.Centre(j);
        for (int l = across.First(column); l < across.End(column); l++) columnWeights += across.Weight(column, l);
        for (int k = down.First(row); k < down.End(row); k++)
        {
            float line = 0f, weight = down.Weight(row, k);
            for (int l = across.First(column); l < across.End(column); l++)
                line += across.Weight(column, l) * x[((image * height + k) * width + l) * channels + channel];
            sum += weight * line;
            rowWeights += weight;
        }
        y[place] = sum / (rowWeights * columnWeights);
    }

    public static void Backward(
        Floats dy, Floats boxes, Floats dx, int height, int width, int rows, int columns, int channels, int cubic, long count)
    {
        long place = Grid.GlobalLinearIndex;
        if (place >= count) return;
        int channel = (int)(place % channels), l = (int)(place / channels % width), k = (int)(place / ((long)channels * width) % height);
        long image = place / ((long)channels * width * height);
        Interpolation filter = cubic != 0 ? Interpolation.Bicubic : Interpolation.Bilinear;
        ResampledAxis down = new(boxes[5 * image], boxes[5 * image + 2], height, rows, filter);
        ResampledAxis across = new(boxes[5 * image + 1], boxes[5 * image + 3], width, columns, filter);
        bool flip = boxes[5 * image + 4] != 0f;

        float sum = 0f;
        for (int i = 0; i < rows; i++)
        {
            float share = Share(down, i, k), line = 0f;
            if (share == 0f) continue;
            for (int j = 0; j < columns; j++)
            {
                int column = flip ? columns - 1 - j : j;
                line += Share(across, column, l) * dy[((image * rows + i) * columns + j) * channels + channel];
            }
            sum += share * line;
        }
        dx[place] = sum;
    }

    static float Share(ResampledAxis axis, int i, int pixel)
    {
        float centre = axis.Centre(i), weights = 0f;
        int first = axis.First(centre), end = axis.End(centre);
        if (pixel < first || pixel >= end) return 0f;
        for (int other = first; other < end; other++) weights += axis.Weight(centre, other);
        return axis.Weight(centre, pixel) / weights;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void CropResize(Tensor x, Tensor boxes, Tensor y, Interpolation interpolation) =>
        Launch(CropResizeKernels.Forward, y.Shape.Count, View(x), View(boxes), View(y), x.Shape[1], x.Shape[2], y.Shape[1], y.Shape[2],
            x.Shape[3], interpolation == Interpolation.Bicubic ? 1 : 0, y.Shape.Count);

    /// <inheritdoc/>
    public void CropResizeGrad(Tensor dy, Tensor boxes, Tensor dx, Interpolation interpolation) =>
        Launch(CropResizeKernels.Backward, dx.Shape.Count, View(dy), View(boxes), View(dx), dx.Shape[1], dx.Shape[2], dy.Shape[1],
            dy.Shape[2], dx.Shape[3], interpolation == Interpolation.Bicubic ? 1 : 0, dx.Shape.Count);
}
