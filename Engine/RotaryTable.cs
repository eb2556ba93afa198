namespace NativeSsl;

/// <summary>
/// By which angles rotary positions turn the pairs of features of a head: mθᵢ at position m for pair i, with θᵢ = base^(−2i / width). Su et al. 2021,
/// “RoFormer”, section 3.2.2. Angles, sines and cosines are worked out in double precision: at position 10,000 a float's angle is off by 5·10⁻⁴.
/// Kept for the life of a model, and shared by its layers.
/// </summary>
public sealed class RotaryTable
{
    /// <param name="backend">The device.</param>
    /// <param name="positions">How many positions there are, from 0.</param>
    /// <param name="width">Features of a head.</param>
    /// <param name="frequencyBase">10,000 in the paper; larger for longer contexts.</param>
    /// <param name="halves">Whether pair i is (i, i + width / 2), as in Hugging Face's checkpoints, rather than (2i, 2i + 1), as in the paper and in
    /// Meta's. The two are the same model with the rows of its projections in another order.</param>
    /// <exception cref="ShapeException">There are no positions, or the width is no positive even number.</exception>
    /// <exception cref="NativeSslException">The base is not a positive number.</exception>
    public RotaryTable(IBackend backend, int positions, int width, double frequencyBase = 10_000, bool halves = false)
    {
        if (positions < 1) throw new ShapeException($"RotaryTable: there are {positions} positions; at least one is needed.");
        if (width < 2 || width % 2 != 0)
            throw new ShapeException($"RotaryTable: a head of {width} features has no pairs to turn; an even number is needed.");
        if (!(frequencyBase > 0 && double.IsFinite(frequencyBase)))
            throw new NativeSslException($"RotaryTable: the base of the frequencies is {frequencyBase}; it must be a positive number.");
        (Backend, Positions, Width, Halves) = (backend, positions, width, halves);
        Turns = Tensor.Lasting(backend, [positions, 2, width]);
        float[] turns = new float[Turns.Shape.Count];
        for (int i = 0; i < width / 2; i++)
        {
            double theta = Math.Pow(frequencyBase, -2.0 * i / width);
            int first = halves ? i : 2 * i, second = halves ? i + width / 2 : first + 1;
            for (long m = 0; m < positions; m++)
            {
                (double sine, double cosine) = Math.SinCos(m * theta);
                long row = m * 2 * width;
                turns[row + first] = turns[row + second] = (float)cosine;
                turns[row + width + second] = (float)sine;
                turns[row + width + first] = -(float)sine;
            }
        }
        Turns.Storage.CopyFrom(turns);
    }

    /// <summary>The device.</summary>
    public IBackend Backend { get; }
    /// <summary>How many positions there are, from 0.</summary>
    public int Positions { get; }
    /// <summary>Features of a head.</summary>
    public int Width { get; }
    /// <summary>Whether a pair is two features half a head apart, rather than neighbours.</summary>
    public bool Halves { get; }

    /// <summary>For each feature of each position the cosine, then what its partner is multiplied with: −sin for the first of a pair, sin for the second;
    /// <c>[positions, 2, width]</c>.</summary>
    public Tensor Turns { get; }
}
