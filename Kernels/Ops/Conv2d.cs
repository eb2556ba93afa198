namespace NativeSsl.Kernels;

/// <summary>y = patches of x · weightᵀ, an item for each group.</summary>
readonly struct ConvolutionProduct<X, Y>(X x, Floats weight, Floats bias, int hasBias, ConvolutionPlaces c, int byFours, Y y) : IProduct where X : struct, INumbers where Y : struct, INumbers
{
    public bool LeftLiesTurned => false;
    public bool RightLiesTurned => true;
    public bool LeftByFours => (byFours & 1) != 0;
    public bool RightByFours => (byFours & 2) != 0;
    public float LeftAt(long place) => x.At(place);
    public Float4 LeftFourAt(long place) => x.FourAt(place / 4);
    public float RightAt(long place) => weight[place];
    public Float4 RightFourAt(long place) => Float4.At(weight, place / 4);
    public long LeftPlace(int item, int row, int step) => c.PatchPlace(item, row, step);
    public long RightPlace(int item, int step, int column) => Place.Of(item * c.Outputs + column, c.Taps, step);

    public bool Adds => false;
    public Floats Added => weight;
    public long AddedPlace(int item, int piece, int row, int column) => 0;

    public void Write(int item, int piece, int row, int column, float sum, float added)
    {
        int channel = item * c.Outputs + column;
        y.Set(c.OutputPlace(row, channel), hasBias != 0 ? sum + bias[channel] : sum);
    }
}

/// <summary>dx: for each pixel of x the pixels of y that saw it, times the weights they saw it with.</summary>
readonly struct ConvolutionInputProduct(Floats dy, Floats weight, ConvolutionPlaces c, int byFours, Floats dx) : IProduct
{
    public bool LeftLiesTurned => false;
    public bool RightLiesTurned => false;
    public bool LeftByFours => (byFours & 1) != 0;
    public bool RightByFours => (byFours & 2) != 0;
    public float LeftAt(long place) => dy[place];
    public Float4 LeftFourAt(long place) => Float4.At(dy, place / 4);
    public float RightAt(long place) => weight[place];
    public Float4 RightFourAt(long place) => Float4.At(weight, place / 4);
    public long LeftPlace(int item, int row, int step) => c.SeenFromPlace(item, row, step);
    public long RightPlace(int item, int step, int column) => c.WeightPlace(item, step, column);

    public bool Adds => false;
    public Floats Added => dx;
    public long AddedPlace(int item, int piece, int row, int column) => 0;
    public void Write(int item, int piece, int row, int column, float sum, float added) => dx[Place.Of(row, c.Channels, item * c.Inputs + column)] = sum;
}

/// <summary>dweight = dyᵀ · patches of x.</summary>
readonly struct ConvolutionWeightProduct<X>(X x, Floats dy, ConvolutionPlaces c, int byFours, Floats dweight, long pieceLength, int accumulate) : IProduct where X : struct, INumbers
{
    public bool LeftLiesTurned => true;
    public bool RightLiesTurned => false;
    public bool LeftByFours => (byFours & 1) != 0;
    public bool RightByFours => (byFours & 2) != 0;
    public float LeftAt(long place) => dy[place];
    public Float4 LeftFourAt(long place) => Float4.At(dy, place / 4);
    public float RightAt(long place) => x.At(place);
    public Float4 RightFourAt(long place) => x.FourAt(place / 4);
    public long LeftPlace(int item, int row, int step) => c.OutputPlace(step, item * c.Outputs + row);
    public long RightPlace(int item, int step, int column) => c.PatchPlace(item, step, column);

    public bool Adds => accumulate != 0;
    public Floats Added => dweight;
    public long AddedPlace(int item, int piece, int row, int column) => piece * pieceLength + Place.Of(item * c.Outputs + row, c.Taps, column);
    public void Write(int item, int piece, int row, int column, float sum, float added) => dweight[AddedPlace(item, piece, row, column)] = Adds ? added + sum : sum;
}

public sealed partial class GpuBackend
{
    // For each factor by itself, the left one first: an image has three channels, but what is made of it has many.
    static int ByFours(Tensor left, int ofLeft, Tensor right, int ofRight) => (ByFours(left, ofLeft) ? 1 : 0) + (ByFours(right, ofRight) ? 2 : 0);

    static bool ByFours(Tensor x, int neighbours) => neighbours % Float4.Count == 0 && AreAligned(x);

    // A kernel has no null: without a bias it gets the weight in its place, and is told not to look.

    /// <inheritdoc/>
    public void Conv2d(Tensor x, Tensor weight, Tensor? bias, Convolution c, Tensor y)
    {
        switch (x.Format, y.Format)
        {
            case (Format.BFloat16, Format.BFloat16): Run(BFloat16sOf, BFloat16sOf); break;
            case (Format.BFloat16, _): Run(BFloat16sOf, Float32sOf); break;
            case (_, Format.BFloat16): Run(Float32sOf, BFloat16sOf); break;
            default: Run(Float32sOf, Float32sOf); break;
        }

        void Run<X, Y>(Func<Tensor, X> ofX, Func<Tensor, Y> ofY) where X : struct, INumbers where Y : struct, INumbers =>
            Multiply(new ConvolutionProduct<X, Y>(ofX(x), View(weight), View(bias ?? weight), bias is null ? 0 : 1, new(c), ByFours(x, c.Inputs, weight, c.Taps), ofY(y)),
                new ProductShape(c.Groups, checked(c.Batch * c.OutPixels), c.Outputs, c.Taps));
    }

    /// <inheritdoc/>
    public void Conv2dGradInput(Tensor dy, Tensor weight, Convolution c, Tensor dx) =>
        Multiply(new ConvolutionInputProduct(View(dy), View(weight), new(c), ByFours(dy, c.Outputs, weight, c.Inputs), View(dx)),
            new ProductShape(c.Groups, checked(c.Batch * c.Height * c.Width), c.Inputs, c.KernelHeight * c.KernelWidth * c.Outputs));

    /// <inheritdoc/>
    public void Conv2dGradWeight(Tensor x, Tensor dy, Convolution c, Tensor dweight, bool accumulate)
    {
        if (x.Format == Format.BFloat16) Run(BFloat16sOf);
        else Run(Float32sOf);

        void Run<X>(Func<Tensor, X> ofX) where X : struct, INumbers =>
            MultiplyLong(new ProductShape(c.Groups, c.Outputs, c.Taps, checked(c.Batch * c.OutPixels)), dweight, accumulate, (shape, target, adds) =>
                Multiply(new ConvolutionWeightProduct<X>(ofX(x), View(dy), new(c), ByFours(dy, c.Outputs, x, c.Inputs), View(target), dweight.Shape.Count, adds ? 1 : 0), shape));
    }
}
