namespace NativeSsl;

public sealed partial class CpuBackend
{
    // dx row r takes from dy row p by kernel row h where s p + h − P = r. For the rows with (r + P) mod s = ρ, these are h = ρ, ρ + s,
    // ρ + 2 s, … and p one less each time: an ordinary correlation of dy with those rows of the kernel, flipped. So for every residue of
    // rows and of columns there is one of stride 1, and together they multiply nothing by the zeros that a dilated dy would have.
    unsafe void CorrelateForInput(float* dy, float* weight, in Convolution c, float* dx)
    {
        bool isDepthwise = Depthwise.Suits(c);
        using CpuPool.Loan panels = _pool.Lend((long)c.OutChannels * c.KernelHeight * c.KernelWidth * Lanes.RoundUp(c.Inputs));
        for (int y = 0; y < c.StrideY; y++)
            for (int x = 0; x < c.StrideX; x++)
            {
                int firstRow = Modulo(y - c.PadY, c.StrideY), firstColumn = Modulo(x - c.PadX, c.StrideX);
                int height = Remaining(c.KernelHeight, y, c.StrideY), width = Remaining(c.KernelWidth, x, c.StrideX);
                if (height * width == 0) (height, width) = (0, 0);                           // pixels that no kernel touches
                else if (isDepthwise) Depthwise.PackFlipped(weight, c, y, x, panels.Floats);
                else PackFlippedKernels(weight, c, y, c.StrideY, x, c.StrideX, panels.Floats);
                Correlate(new Correlation
                {
                    Batch = c.Batch, Groups = isDepthwise ? 1 : c.Groups, IsDepthwise = isDepthwise,
                    Source = dy, Height = c.OutHeight, Width = c.OutWidth, Inputs = isDepthwise ? c.OutChannels : c.Outputs,
                    Top = (firstRow + c.PadY - y) / c.StrideY - (height - 1), Left = (firstColumn + c.PadX - x) / c.StrideX - (width - 1),
                    StrideY = 1, StrideX = 1, KernelHeight = height, KernelWidth = width, Panels = panels.Floats,
                    Target = dx + ((nint)firstRow * c.Width + firstColumn) * c.Channels, Outputs = isDepthwise ? c.Channels : c.Inputs,
                    Rows = Remaining(c.Height, firstRow, c.StrideY), Columns = Remaining(c.Width, firstColumn, c.StrideX),
                    TargetImage = (nint)c.ImageLength, TargetRow = (nint)c.StrideY * c.Width * c.Channels,
                    TargetPlace = (nint)c.StrideX * c.Channels,
                });
            }
    }

    static int Modulo(int value, int divisor) => (value % divisor + divisor) % divisor;
}
