namespace NativeSsl;

public sealed partial class CpuBackend
{
    const int ColumnsPerPack = 64;

    /// <summary>The weights as <see cref="Correlation.Panels"/>: a row for each tap (h, w) and input, of all outputs.</summary>
    unsafe void PackKernels(float* weight, in Convolution c, float* panels) =>
        Run(new KernelPanels(weight, c, panels), c.Groups * ((c.Outputs + ColumnsPerPack - 1) / ColumnsPerPack));

    readonly unsafe struct KernelPanels(float* weight, Convolution c, float* panels) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int across = (c.Outputs + ColumnsPerPack - 1) / ColumnsPerPack, group = part / across, first = part % across * ColumnsPerPack;
            float* from = weight + (nint)group * c.Outputs * c.Taps, to = panels + (nint)group * c.Taps * Lanes.RoundUp(c.Outputs);
            for (int j = first; j < Math.Min(c.Outputs, first + ColumnsPerPack); j += Panels<T>.Width)
                Panels<T>.Pack(new Matrix(from + (nint)j * c.Taps, 1, c.Taps), c.Taps, Math.Min(Panels<T>.Width, c.Outputs - j),
                    to + (nint)j * c.Taps);
        }
    }

    /// <summary>
    /// The weights of the transposed convolution: a row for each tap and output, of all inputs. Of the kernel's rows only every
    /// <paramref name="strideY"/>-th from <paramref name="firstY"/> on, the last one first; columns likewise.
    /// </summary>
    unsafe void PackFlippedKernels(float* weight, in Convolution c, int firstY, int strideY, int firstX, int strideX, float* panels) =>
        Run(new FlippedPanels(weight, c, firstY, strideY, firstX, strideX, panels),
            c.Groups * ((c.Inputs + ColumnsPerPack - 1) / ColumnsPerPack));

    readonly unsafe struct FlippedPanels(
        float* weight, Convolution c, int firstY, int strideY, int firstX, int strideX, float* panels) : IKernel
    {
        public void Part<T>(int part) where T : struct, IWide<T>
        {
            int across = (c.Inputs + ColumnsPerPack - 1) / ColumnsPerPack, group = part / across, first = part % across * ColumnsPerPack;
            int height = Remaining(c.KernelHeight, firstY, strideY), width = Remaining(c.KernelWidth, firstX, strideX);
            int steps = height * width * c.Outputs;
            float* from = weight + (nint)group * c.Outputs * c.Taps, to = panels + (nint)group * steps * Lanes.RoundUp(c.Inputs);
            for (int j = first; j < Math.Min(c.Inputs, first + ColumnsPerPack); j += Panels<T>.Width)
            {
                int columns = Math.Min(Panels<T>.Width, c.Inputs - j);
                float* panel = to + (nint)j * steps;
                for (int m = height - 1; m >= 0; m--)
                    for (int n = width - 1; n >= 0; n--, panel += (nint)c.Outputs * Lanes.RoundUp(columns))
                    {
                        int tap = (firstY + m * strideY) * c.KernelWidth + firstX + n * strideX;
                        Panels<T>.Pack(new Matrix(from + (nint)tap * c.Inputs + j, c.Taps, 1), c.Outputs, columns, panel);
                    }
            }
        }
    }

    /// <summary>How many of <paramref name="length"/> places lie at <paramref name="first"/> and whole strides behind it.</summary>
    static int Remaining(int length, int first, int stride) => first >= length ? 0 : (length - first + stride - 1) / stride;
}
