namespace NativeSsl;

// y[r,o] = f(Σᵢ x[r,i] w[o,i] + b[o]) + residual[r,o]     rows r, inputs i, outputs o

/// <summary>What a linear layer does to its sums before it stores them.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary><see cref="NativeSsl.Relu"/></summary>
    Relu,
    /// <summary><see cref="NativeSsl.Gelu"/>, the tanh form.</summary>
    Gelu,
    /// <summary><see cref="NativeSsl.GeluErf"/></summary>
    GeluErf,
    /// <summary><see cref="NativeSsl.Silu"/></summary>
    Silu,
}

/// <summary>A formula that a layer may end with: its products are compiled for each of these, and for no other.</summary>
public interface IActivation : IFormula;

/// <summary>x itself;  slope 1.</summary>
public readonly struct Identity : IActivation
{
    /// <inheritdoc/>
    public static T Value<T>(T x) where T : struct, ILane<T> => x;
    /// <inheritdoc/>
    public static T Slope<T>(T x, T y) where T : struct, ILane<T> => T.Of(1f);
}

public partial interface IBackend
{
    /// <summary>
    /// y ← f(x wᵀ + b) + residual, in one pass. Shapes: x <c>[..., inputs]</c>, weight <c>[outputs, inputs]</c>, bias <c>[outputs]</c>;
    /// residual, before and y <c>[..., outputs]</c>. Into <paramref name="before"/>, if given, goes what the activation saw.
    /// </summary>
    void Linear(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? residual, Tensor? before, Tensor y);
}

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Linear(Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor? residual, Tensor? before, Tensor y)
    {
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        Compute(new Product
        {
            Rows = checked((int)y.Shape.Rows), Columns = outputs, Steps = inputs,
            A = Matrix.Of(Floats(x), inputs, false),
            B = Matrix.Of(Floats(weight), inputs, true),
            C = Matrix.Of(Floats(y), outputs, false),
            Bias = bias is null ? null : Floats(bias),
            Residual = residual is null ? null : Floats(residual),
            Before = before is null ? null : Floats(before),
            Activation = activation,
        });
    }
}
