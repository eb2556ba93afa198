namespace NativeSsl;

/// <summary>
/// Two views of one image attract each other, and all other images of the batch repel. Chen, Kornblith, Norouzi &amp; Hinton 2020,
/// “A simple framework for contrastive learning of visual representations”, algorithm 1. What is kept is the encoder: h is evaluated,
/// not z (section 4.2).
/// </summary>
public sealed class SimClr : Objective
{
    readonly ImageEncoder _encoder;
    readonly MlpHead _head;
    readonly float _temperature;
    (string, Tensor)[] _embeddings = [];

    /// <param name="encoder">f, which is kept.</param>
    /// <param name="head">g, which is thrown away after training.</param>
    /// <param name="temperature">τ; 0.5 for small images, 0.1 for ImageNet (appendix B.9 and table 5).</param>
    /// <exception cref="NativeSslException">The temperature is not above zero.</exception>
    public SimClr(ImageEncoder encoder, MlpHead head, float temperature = 0.5f) =>
        (_encoder, _head, _temperature) = (encoder, head, Positive(temperature));

    /// <summary>f: what is kept of pretraining.</summary>
    public ImageEncoder Encoder => _encoder;

    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts => [new("encoder", _encoder), new("head", _head)];

    /// <summary>The mean of ℓ over both views of every image.</summary>
    /// <param name="views">Two views of the same images in the same order, <c>[N, height, width, channels]</c> each.</param>
    /// <exception cref="ShapeException">There are not two views of one shape, or there is one image only, which nothing repels.</exception>
    public override Tensor Loss(Views views)
    {
        if (views.Tensors.Count != 2)
            throw new ShapeException($"SimClr: {views.Tensors.Count} views were given; two of each image are needed.");
        Tensor x = Tensor.Concat(views.Tensors, 0);             // x̃          [2N, height, width, channels]
        Tensor h = _encoder.Forward(x);                         // f(x̃)       [2N, features]
        Tensor z = _head.Forward(h);                            // g(h)       [2N, d]
        _embeddings = [("features", h), ("projections", z)];
        return NtXent(z, _temperature);
    }

    // ℓ(i, j) = −ln ( exp(sᵢⱼ / τ) / Σₖ≠ᵢ exp(sᵢₖ / τ) ),   sᵢⱼ = zᵢ · zⱼ / ‖zᵢ‖ ‖zⱼ‖,   L = 1/2N Σᵢ ℓ(i, partner of i)
    /// <summary>The normalised temperature-scaled cross-entropy, equation 1: each row is to tell its partner from all others.</summary>
    /// <param name="z">The first views of N images, then their second views in the same order: <c>[2N, d]</c>, of any length.</param>
    /// <param name="temperature">τ: the lower, the more the nearest others count.</param>
    /// <returns>A scalar; ln(2N − 1) if all rows are equal.</returns>
    /// <exception cref="ShapeException">z is not <c>[2N, d]</c> with N of at least 2.</exception>
    /// <exception cref="NativeSslException">The temperature is not above zero.</exception>
    public static Tensor NtXent(Tensor z, float temperature)
    {
        if (z.Shape.Rank != 2 || z.Shape[0] < 4 || z.Shape[0] % 2 != 0)
            throw new ShapeException($"NtXent: z has shape {z.Shape}; [2N, d] is needed, with N of at least 2: "
                + "what repels an image is another one.");
        int n = z.Shape[0] / 2;
        Tensor unit = z.Normalize();
        Tensor similarity = unit.MatMul(unit, transposeB: true) / Positive(temperature);
        // A first view has itself left out in front of its partner, a second one behind it.
        int[] partners = [.. Enumerable.Range(0, 2 * n).Select(i => i < n ? i + n - 1 : i - n)];
        return WithoutDiagonal(similarity).CrossEntropy(Indices.From(z.Backend, [2 * n], partners));
    }

    // Read in rows of one more than its side, a square has its diagonal in the first column. [m, m] to [m, m − 1].
    static Tensor WithoutDiagonal(Tensor square)
    {
        int m = square.Shape[0];
        return square.Reshape([m * m]).Slice(0, 0, m * m - 1).Reshape([m - 1, m + 1]).Slice(1, 1, m).Reshape([m, m - 1]);
    }

    static float Positive(float temperature) => temperature > 0f ? temperature
        : throw new NativeSslException(FormattableString.Invariant(
            $"SimClr: the temperature is {temperature}; it must be above 0, and 0.5 is usual for small images."));

    /// <inheritdoc/>
    public override bool IsReplayable => true;

    /// <summary>ln(2N − 1): every other view as likely to be the partner as any other. Known once a batch has been seen.</summary>
    public override double? ChanceLoss => _embeddings is [.., (_, var z)] ? Math.Log(z.Shape[0] - 1) : null;

    /// <summary>h and z of the latest batch.</summary>
    public override IReadOnlyList<(string Name, Tensor Rows)> Embeddings => _embeddings;
}
