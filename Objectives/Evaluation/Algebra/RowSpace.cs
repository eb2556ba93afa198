namespace NativeSsl;

/// <summary>
/// Few wide rows in as many coordinates as there are rows, with all their products unchanged: a penalised linear model that fits them has
/// no weights outside the space they span (the representer theorem; Schölkopf, Herbrich &amp; Smola 2001), so it can be fitted there.
/// </summary>
sealed class RowSpace
{
    readonly Tensor _basis;

    RowSpace(Tensor rows, Tensor basis) => (Rows, _basis) = (rows, basis);

    /// <summary>The rows in coordinates, <c>[count, rank]</c>.</summary>
    internal Tensor Rows { get; }

    /// <summary>Finds the space of some rows.</summary>
    /// <param name="x"><c>[count, width]</c>, with fewer rows than columns.</param>
    // XXᵀ = U Λ Uᵀ; coordinates are U Λ^½, and the basis is Λ^−½ Uᵀ X.
    internal static RowSpace Of(Tensor x)
    {
        int count = x.Shape[0];
        SymmetricEigen eigen =
            SymmetricEigen.Of(Gram.OfRows(x.ToArray(), x.Shape[1], (x.Backend as CpuBackend ?? CpuBackend.Default).Workers), count);
        int rank = Math.Max(1, eigen.Values.Count(value => value > 1e-9 * eigen.Values[0]));
        float[] coordinates = new float[count * rank], weights = new float[rank * count];
        for (int k = 0; k < rank; k++)
        {
            double root = Math.Sqrt(Math.Max(0, eigen.Values[k]));
            for (int i = 0; i < count; i++)
            {
                coordinates[i * rank + k] = (float)(eigen.Vectors[k][i] * root);
                weights[k * count + i] = root > 0 ? (float)(eigen.Vectors[k][i] / root) : 0f;
            }
        }
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return new(Tensor.From(x.Backend, [count, rank], coordinates), Tensor.From(x.Backend, [rank, count], weights).MatMul(x));
    }

    /// <summary>Weights for coordinates, <c>[classes, rank]</c>, as weights for rows, <c>[classes, width]</c>.</summary>
    internal Tensor Weights(Tensor ofCoordinates)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return ofCoordinates.MatMul(_basis);
    }
}
