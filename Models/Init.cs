namespace NativeSsl;

/// <summary>
/// First values of parameters: each call draws from a stream of its own, so that a model depends on nothing but the seed and the order in which
/// its parts are built; the same on every device. Every tensor belongs to the garbage collector.
/// </summary>
/// <param name="backend">The device of the parameters.</param>
/// <param name="seed">The seed of the run.</param>
/// <param name="trained">Whether the tensors ask for their gradient; a teacher's do not.</param>
public sealed class Init(IBackend backend, ulong seed, bool trained = true)
{
    // How many tensors were drawn; one count for all variants of an Init.
    sealed class Count
    {
        internal ulong Drawn;
    }

    readonly Count _count = new();
    readonly bool _truncates, _isBlank;

    Init(Init of, IBackend backend, ulong seed, bool trained) : this(backend, seed, trained) => (_count, _truncates, _isBlank) = (of._count, true, of._isBlank);

    Init(IBackend backend) : this(backend, seed: 0) => _isBlank = true;

    /// <summary>Draws nothing: all weights are zero. For a model that is filled from a file at once; drawing 110 million numbers would take longer
    /// than reading them.</summary>
    /// <param name="backend">The device of the parameters.</param>
    public static Init Blank(IBackend backend) => new(backend);

    /// <summary>The same, drawing on from the same seed, but what is asked to be normal is <see cref="TruncatedNormal"/>, as BERT's weights are.</summary>
    public Init Truncated() => new(this, backend, seed, trained);

    // Streams of steps have the step's number in their upper bits; the highest ones are kept for what is drawn before the first step.
    const ulong FirstStream = 0xFFFF_FF00_0000_0000;

    /// <summary>The device of the parameters.</summary>
    public IBackend Backend => backend;

    /// <summary>All zero.</summary>
    public Tensor Zeros(Shape shape) => Fill(shape, 0f);

    /// <summary>All one.</summary>
    public Tensor Ones(Shape shape) => Fill(shape, 1f);

    /// <summary>Normal with mean 0.</summary>
    public Tensor Normal(Shape shape, float deviation) =>
        _truncates ? TruncatedNormal(shape, deviation) : Draw(shape, random => deviation * random.NextNormal());

    /// <summary>Normal with mean 0, drawn again until it is within two deviations.</summary>
    public Tensor TruncatedNormal(Shape shape, float deviation) => Draw(shape, random =>
    {
        float z;
        do z = random.NextNormal(); while (MathF.Abs(z) > 2f);
        return deviation * z;
    });

    /// <summary>Uniform within ±√(6 / fanIn): keeps the variance of activations through ReLU.</summary>
    /// <param name="shape"><c>[out, in, ...]</c>.</param>
    /// <remarks>He, Zhang, Ren &amp; Sun 2015, “Delving deep into rectifiers”, equation 10, as a uniform distribution of that variance.</remarks>
    public Tensor KaimingUniform(Shape shape)
    {
        float bound = MathF.Sqrt(6f / shape.Span(1, shape.Rank));
        return Draw(shape, random => bound * (2f * random.NextUniform() - 1f));
    }

    /// <summary>Normal with deviation √(2 / fanOut), where fanOut is outputs · kernelHeight · kernelWidth: keeps the variance of gradients
    /// through ReLU.</summary>
    /// <param name="shape"><c>[out, kernelHeight, kernelWidth, in]</c>.</param>
    /// <remarks>He, Zhang, Ren &amp; Sun 2015, “Delving deep into rectifiers”, equation 14: how the weights of ResNets begin.</remarks>
    public Tensor KaimingNormal(Shape shape) => Normal(shape, MathF.Sqrt(2f / shape.Span(0, shape.Rank - 1)));

    Tensor Draw(Shape shape, Func<RandomSource, float> next)
    {
        if (_isBlank) return Zeros(shape);
        var random = new RandomSource(seed, FirstStream | _count.Drawn++);
        float[] values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = next(random);
        Tensor tensor = Tensor.Lasting(backend, shape);
        tensor.Storage.CopyFrom(values);
        return trained ? tensor.RequireGradient() : tensor;
    }

    Tensor Fill(Shape shape, float value)
    {
        Tensor tensor = Tensor.Lasting(backend, shape);
        backend.Fill(tensor, value);
        return trained ? tensor.RequireGradient() : tensor;
    }

    /// <summary>All of one value and never trained: running statistics.</summary>
    public Tensor State(Shape shape, float value)
    {
        Tensor tensor = Tensor.Lasting(backend, shape);
        backend.Fill(tensor, value);
        return tensor;
    }
}
