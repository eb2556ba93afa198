namespace NativeSsl.Kernels;

/// <summary>
/// What the kernel of a convolution sees, as a matrix for each group that is never stored: where its numbers lie. Less than zero: in the padding, or between the
/// pixels that a stride leaves.
/// </summary>
readonly struct ConvolutionPlaces(Convolution c)
{
    readonly Divisor _outPixels = new(c.OutPixels), _outWidth = new(c.OutWidth), _pixels = new(c.Height * c.Width), _width = new(c.Width),
        _inputs = new(c.Inputs), _outputs = new(c.Outputs), _kernelWidth = new(c.KernelWidth), _down = new(c.StrideY), _across = new(c.StrideX);

    public int Inputs => c.Inputs;
    public int Outputs => c.Outputs;
    public int Channels => c.Channels;
    public int Taps => c.Taps;

    /// <summary>In x: a row for each pixel of y, a column for each weight.</summary>
    public long PatchPlace(int group, int place, int tap)
    {
        int image = _outPixels.Into(place), pixel = _outPixels.Rest(place), at = _inputs.Into(tap);
        int row = _outWidth.Into(pixel) * c.StrideY + _kernelWidth.Into(at) - c.PadY;
        int column = _outWidth.Rest(pixel) * c.StrideX + _kernelWidth.Rest(at) - c.PadX;
        return row >= 0 & row < c.Height & column >= 0 & column < c.Width
            ? Place.Of((image * c.Height + row) * c.Width + column, c.Channels, group * c.Inputs + _inputs.Rest(tap)) : -1;
    }

    /// <summary>In dy: a row for each pixel of x, a column for each weight of each output.</summary>
    public long SeenFromPlace(int group, int place, int step)
    {
        int image = _pixels.Into(place), pixel = _pixels.Rest(place), at = _outputs.Into(step);
        int down = _width.Into(pixel) + c.PadY - _kernelWidth.Into(at), across = _width.Rest(pixel) + c.PadX - _kernelWidth.Rest(at);
        int p = _down.Into(down), q = _across.Into(across);
        return down >= 0 & across >= 0 & p * c.StrideY == down & q * c.StrideX == across & p < c.OutHeight & q < c.OutWidth
            ? OutputPlace((image * c.OutHeight + p) * c.OutWidth + q, group * c.Outputs + _outputs.Rest(step)) : -1;
    }

    /// <summary>In y and dy.</summary>
    public long OutputPlace(int place, int channel) => Place.Of(place, c.OutChannels, channel);

    /// <summary>In the weight: a row for each weight of each output, a column for each input.</summary>
    public long WeightPlace(int group, int step, int input) =>
        Place.Of((group * c.Outputs + _outputs.Rest(step)) * c.KernelHeight * c.KernelWidth + _outputs.Into(step), c.Inputs, input);
}
