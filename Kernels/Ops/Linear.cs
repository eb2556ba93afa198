namespace NativeSsl.Kernels;

/// <summary>x wᵀ, and what a layer does to a sum before it stores it.</summary>
readonly struct LinearProduct<F, E>(Floats x, Floats weight, Floats bias, Floats residual, E before, E y, int rows, int inputs, int outputs,
    int byFours, int hasBias, int hasResidual, int hasBefore) : IMatrixProduct where F : struct, IActivation where E : struct, INumbers
{
    public bool LeftLiesTurned => false;
    public bool RightLiesTurned => true;
    public bool LeftByFours => byFours != 0;
    public bool RightByFours => byFours != 0;
    public float LeftAt(long place) => x[place];
    public Float4 LeftFourAt(long place) => Float4.At(x, place / 4);
    public float RightAt(long place) => weight[place];
    public Float4 RightFourAt(long place) => Float4.At(weight, place / 4);
    public MatrixLines<Float32Numbers> LeftLines => new(new(x), rows, inputs, 1, byFours);
    public MatrixLines<Float32Numbers> RightLines => new(new(weight), outputs, inputs, 1, byFours);
    public long LeftPlace(int item, int row, int step) => Place.Of(row, inputs, step);
    public long RightPlace(int item, int step, int column) => Place.Of(column, inputs, step);

    public bool Adds => hasResidual != 0;
    public Floats Added => residual;
    public long AddedPlace(int item, int piece, int row, int column) => Place.Of(row, outputs, column);

    public void Write(int item, int piece, int row, int column, float sum, float added)
    {
        long place = Place.Of(row, outputs, column);
        if (hasBias != 0) sum += bias[column];
        sum = y.Stored(sum);                                // what the activation sees is what its slope is made of, and its value, if that is made again
        if (hasBefore != 0) before.Set(place, sum);
        float value = F.Value(new Scalar(sum)).Value;
        y.Set(place, Adds ? value + added : value);
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Linear(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? residual, Tensor? before, Tensor y)
    {
        switch (activation)
        {
            case Activation.Relu: Linear<Relu>(x, weight, bias, residual, before, y); break;
            case Activation.Gelu: Linear<Gelu>(x, weight, bias, residual, before, y); break;
            case Activation.GeluErf: Linear<GeluErf>(x, weight, bias, residual, before, y); break;
            case Activation.Silu: Linear<Silu>(x, weight, bias, residual, before, y); break;
            default: Linear<Identity>(x, weight, bias, residual, before, y); break;
        }
    }

    void Linear<F>(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor? before, Tensor y) where F : struct, IActivation
    {
        if (y.Format == Format.BFloat16) Linear<F, BFloat16Numbers>(x, weight, bias, residual, before, y, BFloat16sOf);
        else Linear<F, Float32Numbers>(x, weight, bias, residual, before, y, Float32sOf);
    }

    // A tensor that is not there is replaced by another one, which the kernel then does not touch in its place.
    void Linear<F, E>(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor? before, Tensor y, Func<Tensor, E> numbers) where F : struct, IActivation where E : struct, INumbers
    {
        int rows = checked((int)y.Shape.Rows), inputs = weight.Shape[1], outputs = weight.Shape[0], byFours = ByFours(x, weight) ? 1 : 0;
        MultiplyMatrices(x, weight, new ProductShape(1, rows, outputs, inputs), (left, right) =>
            new LinearProduct<F, E>(left, right, View(bias ?? weight), View(residual ?? weight), numbers(before ?? y), numbers(y), rows, inputs, outputs, byFours,
                bias is null ? 0 : 1, residual is null ? 0 : 1, before is null ? 0 : 1));
    }
}
