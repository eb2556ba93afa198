namespace NativeSsl;

/// <summary>A convolution: <c>[batch, height, width, in]</c> to <c>[batch, outHeight, outWidth, out]</c>.</summary>
/// <param name="weight">The kernels, <c>[out, kernelHeight, kernelWidth, in / groups]</c>.</param>
/// <param name="bias"><c>[out]</c>, or none.</param>
/// <param name="stride">Pixels from one place of the kernel to the next.</param>
/// <param name="padding">Pixels of zeros around the image.</param>
/// <param name="groups">Groups of channels that see nothing of each other.</param>
public sealed class Conv2d(Tensor weight, Tensor? bias, int stride, int padding, int groups) : Module
{
    /// <summary>The kernels, <c>[out, kernelHeight, kernelWidth, in / groups]</c>.</summary>
    public Tensor Weight => weight;
    /// <summary><c>[out]</c>, or none.</summary>
    public Tensor? Bias => bias;

    /// <summary>A square kernel; weights drawn as <see cref="Init.KaimingNormal"/>, the bias begins at zero.</summary>
    /// <exception cref="ShapeException">The groups do not divide the inputs and outputs.</exception>
    public Conv2d(Init init, int inputs, int outputs, int kernel, int stride = 1, int padding = 0, int groups = 1, bool bias = false)
        : this(init.KaimingNormal([outputs, kernel, kernel, PerGroup(inputs, outputs, groups)]), bias ? init.Zeros([outputs]) : null,
            stride, padding, groups) { }

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("weight", weight), new("bias", bias)];

    /// <summary>The convolution of x.</summary>
    /// <param name="x"><c>[batch, height, width, in]</c></param>
    /// <param name="format">How the result is stored.</param>
    public Tensor Forward(Tensor x, Format format = Format.Float32) => x.Conv2d(weight, bias, stride, padding, groups, format);

    static int PerGroup(int inputs, int outputs, int groups) =>
        groups >= 1 && inputs % groups == 0 && outputs % groups == 0 ? inputs / groups
        : throw new ShapeException($"Conv2d: {groups} groups must divide {inputs} inputs and {outputs} outputs.");
}
