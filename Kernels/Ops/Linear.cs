namespace NativeSsl.Kernels;

/// <summary>x wᵀ, and what a layer does to a sum before it stores it.</summary>
readonly struct LinearProduct<F>(Floats x, Floats weight, Floats bias, Floats residual, Floats before, Floats y, int rows, int inputs, int outputs,
    int byFours, int hasBias, int hasResidual, int hasBefore) : IMatrixProduct where F : struct, IFormula
{
    public bool LeftLiesTurned => false;
    public bool RightLiesTurned => true;
    public bool LeftByFours => byFours != 0;
    public bool RightByFours => byFours != 0;
    public Floats Left => x;
    public Floats Right => weight;
    public MatrixLines LeftLines => new(x, rows, inputs, 1, byFours);
    public MatrixLines RightLines => new(weight, outputs, inputs, 1, byFours);
    public long LeftPlace(int item, int row, int step) => Place.Of(row, inputs, step);
    public long RightPlace(int item, int step, int column) => Place.Of(column, inputs, step);

    public bool Adds => hasResidual != 0;
    public Floats Added => residual;
    public long AddedPlace(int item, int piece, int row, int column) => Place.Of(row, outputs, column);

    public void Write(int item, int piece, int row, int column, float sum, float added)
    {
        long place = Place.Of(row, outputs, column);
        if (hasBias != 0) sum += bias[column];
        if (hasBefore != 0) before[place] = sum;
        float value = F.Value(new Scalar(sum)).Value;
        y[place] = Adds ? value + added : value;
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

    // A tensor that is not there is replaced by y, which the kernel then does not touch in its place.
    void Linear<F>(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor? before, Tensor y) where F : struct, IFormula =>
        MultiplyMatrices(new LinearProduct<F>(View(x), View(weight), View(bias ?? y), View(residual ?? y), View(before ?? y), View(y), checked((int)y.Shape.Rows), weight.Shape[1],
            weight.Shape[0], ByFours(x, weight) ? 1 : 0, bias is null ? 0 : 1, residual is null ? 0 : 1, before is null ? 0 : 1),
            new ProductShape(1, checked((int)y.Shape.Rows), weight.Shape[0], weight.Shape[1]));
}
