namespace NativeSsl.Kernels;

/// <summary>How exactly the factors of matrix products, layers and convolutions are taken. Sums are float32 whatever is chosen, and so are weights, gradients and moments.
/// A device that has no units for the chosen one takes float32.</summary>
public enum MatMulPrecision
{
    /// <summary>As they are: 24 bits.</summary>
    Float32,
    /// <summary>Rounded to 11 bits, with the range of a float: errors of a product reach 2⁻¹¹ of it.</summary>
    TensorFloat32,
    /// <summary>Rounded to 8 bits, with the range of a float: errors reach 2⁻⁸. Layers then store what products alone read in this format, too (<see cref="IBackend.ActivationFormat"/>).</summary>
    BFloat16,
}
