namespace NativeSsl.Kernels;

/// <summary>Naive: one thread for each element of the result, which walks over everything that it is the sum of.</summary>
static class Conv2dKernels
{
    public static void Forward(Floats x, Floats weight, Floats bias, int hasBias, Convolution c, Floats y, long count)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        int output = (int)(index % c.OutChannels), group = output / c.Outputs;
        long place = index / c.OutChannels, image = place / c.OutPixels;
        int p = (int)(place % c.OutPixels) / c.OutWidth, q = (int)(place % c.OutPixels) % c.OutWidth;
        float sum = hasBias != 0 ? bias[output] : 0f;
        for (int h = 0; h < c.KernelHeight; h++)
        {
            int row = p * c.StrideY + h - c.PadY;
            if (row < 0 || row >= c.Height) continue;
            for (int w = 0; w < c.KernelWidth; w++)
            {
                int column = q * c.StrideX + w - c.PadX;
                if (column < 0 || column >= c.Width) continue;
                long pixel = ((image * c.Height + row) * c.Width + column) * c.Channels + group * c.Inputs;
                long tap = (((long)output * c.KernelHeight + h) * c.KernelWidth + w) * c.Inputs;
                for (int i = 0; i < c.Inputs; i++) sum += x[pixel + i] * weight[tap + i];
            }
        }
        y[index] = sum;
    }

    public static void BackwardInput(Floats dy, Floats weight, Convolution c, Floats dx, long count)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        int channel = (int)(index % c.Channels), group = channel / c.Inputs, input = channel % c.Inputs;
        long pixel = index / c.Channels, image = pixel / (c.Height * c.Width);
        int row = (int)(pixel % (c.Height * c.Width)) / c.Width, column = (int)(pixel % (c.Height * c.Width)) % c.Width;
        float sum = 0f;
        for (int h = 0; h < c.KernelHeight; h++)
        {
            int down = row + c.PadY - h, p = down / c.StrideY;
            if (down < 0 || p * c.StrideY != down || p >= c.OutHeight) continue;
            for (int w = 0; w < c.KernelWidth; w++)
            {
                int across = column + c.PadX - w, q = across / c.StrideX;
                if (across < 0 || q * c.StrideX != across || q >= c.OutWidth) continue;
                long place = ((image * c.OutHeight + p) * c.OutWidth + q) * c.OutChannels;
                for (int o = group * c.Outputs; o < (group + 1) * c.Outputs; o++)
                    sum += dy[place + o] * weight[(((long)o * c.KernelHeight + h) * c.KernelWidth + w) * c.Inputs + input];
            }
        }
        dx[index] = sum;
    }

    public static void BackwardWeight(Floats x, Floats dy, Convolution c, Floats dweight, int accumulate, long count)
    {
        long index = Grid.GlobalLinearIndex;
        if (index >= count) return;
        int output = (int)(index / c.Taps), tap = (int)(index % c.Taps), input = tap % c.Inputs, group = output / c.Outputs;
        int w = tap / c.Inputs % c.KernelWidth, h = tap / c.Inputs / c.KernelWidth;
        float sum = accumulate != 0 ? dweight[index] : 0f;
        for (int image = 0; image < c.Batch; image++)
            for (int p = 0; p < c.OutHeight; p++)
            {
                int row = p * c.StrideY + h - c.PadY;
                if (row < 0 || row >= c.Height) continue;
                for (int q = 0; q < c.OutWidth; q++)
                {
                    int column = q * c.StrideX + w - c.PadX;
                    if (column < 0 || column >= c.Width) continue;
                    sum += dy[(((long)image * c.OutHeight + p) * c.OutWidth + q) * c.OutChannels + output]
                        * x[(((long)image * c.Height + row) * c.Width + column) * c.Channels + group * c.Inputs + input];
                }
            }
        dweight[index] = sum;
    }
}

public sealed partial class GpuBackend
{
    // A kernel has no null: without a bias it gets the weight in its place, and is told not to look.

    /// <inheritdoc/>
    public void Conv2d(Tensor x, Tensor weight, Tensor? bias, Convolution c, Tensor y) =>
        Launch(Conv2dKernels.Forward, y.Shape.Count,
            View(x), View(weight), View(bias ?? weight), bias is null ? 0 : 1, c, View(y), y.Shape.Count);

    /// <inheritdoc/>
    public void Conv2dGradInput(Tensor dy, Tensor weight, Convolution c, Tensor dx) =>
        Launch(Conv2dKernels.BackwardInput, dx.Shape.Count, View(dy), View(weight), c, View(dx), dx.Shape.Count);

    /// <inheritdoc/>
    public void Conv2dGradWeight(Tensor x, Tensor dy, Convolution c, Tensor dweight, bool accumulate) =>
        Launch(Conv2dKernels.BackwardWeight, dweight.Shape.Count,
            View(x), View(dy), c, View(dweight), accumulate ? 1 : 0, dweight.Shape.Count);
}
