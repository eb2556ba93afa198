namespace NativeSsl;

/// <summary>
/// All lengths of one convolution. Images x <c>[Batch, Height, Width, Groups · Inputs]</c> and
/// y <c>[Batch, OutHeight, OutWidth, Groups · Outputs]</c>, weight <c>[Groups · Outputs, KernelHeight, KernelWidth, Inputs]</c>;
/// a signal is an image of height 1.
/// </summary>
public readonly struct Convolution(int batch, int height, int width, int inputs, int outputs, int groups, int kernelHeight, int kernelWidth)
{
    /// <summary>How many images.</summary>
    public int Batch { get; } = batch;
    /// <summary>Rows of x.</summary>
    public int Height { get; } = height;
    /// <summary>Columns of x.</summary>
    public int Width { get; } = width;
    /// <summary>Channels of x in each group.</summary>
    public int Inputs { get; } = inputs;
    /// <summary>Channels of y in each group.</summary>
    public int Outputs { get; } = outputs;
    /// <summary>The groups: channels of one group see nothing of another.</summary>
    public int Groups { get; } = groups;
    /// <summary>Rows of the kernel.</summary>
    public int KernelHeight { get; } = kernelHeight;
    /// <summary>Columns of the kernel.</summary>
    public int KernelWidth { get; } = kernelWidth;
    /// <summary>Rows of x from one row of y to the next.</summary>
    public int StrideY { get; init; } = 1;
    /// <summary>Columns of x from one column of y to the next.</summary>
    public int StrideX { get; init; } = 1;
    /// <summary>Rows of zeros above and below x.</summary>
    public int PadY { get; init; }
    /// <summary>Columns of zeros on both sides of x.</summary>
    public int PadX { get; init; }

    /// <summary>Rows of y; none or fewer if the kernel is taller than the padded image.</summary>
    public int OutHeight => (Height + 2 * PadY - KernelHeight + StrideY) / StrideY;
    /// <summary>Columns of y; none or fewer if the kernel is wider than the padded image.</summary>
    public int OutWidth => (Width + 2 * PadX - KernelWidth + StrideX) / StrideX;

    /// <summary>Channels of x.</summary>
    public int Channels => Groups * Inputs;
    /// <summary>Channels of y.</summary>
    public int OutChannels => Groups * Outputs;
    /// <summary>Products in one sum: the weights of one output channel.</summary>
    public int Taps => KernelHeight * KernelWidth * Inputs;
    /// <summary>Floats of one image of x.</summary>
    public long ImageLength => (long)Height * Width * Channels;
    /// <summary>Pixels of one image of y.</summary>
    public int OutPixels => OutHeight * OutWidth;
    /// <summary>Floats of one image of y.</summary>
    public long OutImageLength => (long)OutPixels * OutChannels;
}
