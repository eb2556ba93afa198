namespace NativeSsl;

/// <summary>
/// The directions in which a table of features varies most, and coordinates along them. Fitted on the training split, applied to any rows.
/// Jolliffe 2002, “Principal component analysis”.
/// </summary>
/// <param name="mean">The mean row, <c>[width]</c>.</param>
/// <param name="directions">Of length one and at right angles, strongest first, <c>[components, width]</c>.</param>
/// <param name="variances">The variance along each.</param>
public sealed class PrincipalComponents(Tensor mean, Tensor directions, IReadOnlyList<double> variances)
{
    // An exact decomposition takes width³ operations: a second at 1,024.
    const int WidestExact = 1024;

    /// <summary>The mean row, <c>[width]</c>.</summary>
    public Tensor Mean => mean;
    /// <summary>Of length one and at right angles, strongest first, <c>[components, width]</c>.</summary>
    public Tensor Directions => directions;
    /// <summary>The variance along each direction, strongest first.</summary>
    public IReadOnlyList<double> Variances => variances;

    /// <summary>Fits the strongest components.</summary>
    /// <param name="x">The rows, <c>[count, width]</c>. Rows wider than 1,024 are decomposed by iteration, in which the last few components
    /// are approximate.</param>
    /// <param name="components">How many directions; at most the width.</param>
    /// <exception cref="ShapeException">x is no table with a row at least, or more components are asked for than it has
    /// columns.</exception>
    public static PrincipalComponents Fit(Tensor x, int components)
    {
        if (x.Shape.Rank != 2 || x.Shape[0] == 0 || components < 1 || components > x.Shape[1])
            throw new ShapeException($"PrincipalComponents: {components} components of x of shape {x.Shape}; " +
                "[count, width] with at least one row is needed, and 1 to width components.");
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor mean = MeanOf(x);
        (double[] variances, double[][] rows) = x.Shape[1] <= WidestExact ? Exact(x, mean) : SubspaceIteration.Of(x - mean, components);
        float[] directions = [.. rows.Take(components).SelectMany(row => row.Select(value => (float)value))];
        return new(mean, Tensor.From(x.Backend, [components, x.Shape[1]], directions),
            [.. variances.Take(components).Select(value => Math.Max(0, value))]);
    }

    /// <summary>Coordinates along the directions.</summary>
    /// <param name="x"><c>[count, width]</c>.</param>
    /// <param name="whiten">Whether each coordinate is divided by its deviation on the rows that were fitted.</param>
    /// <returns><c>[count, components]</c></returns>
    public Tensor Apply(Tensor x, bool whiten = false)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor y = (x - mean).MatMul(directions, transposeB: true);
        // A direction without variance is noise, however small: it is left as it is.
        double least = 1e-10 * variances[0];
        return !whiten ? y : y * Tensor.From(x.Backend, [variances.Count],
            [.. variances.Select(v => v > least ? (float)(1 / Math.Sqrt(v)) : 1f)]);
    }

    /// <summary>The rows that coordinates stand for, as near as the components allow.</summary>
    /// <param name="y"><c>[count, components]</c>, not whitened.</param>
    /// <returns><c>[count, width]</c></returns>
    public Tensor Reconstruct(Tensor y)
    {
        using Tape.NoGradientScope scope = Tape.NoGradient();
        return y.MatMul(directions) + mean;
    }

    static Tensor MeanOf(Tensor x)
    {
        using Step step = new(x.Backend);
        return x.Mean(0).Keep();
    }

    static (double[] Variances, double[][] Directions) Exact(Tensor x, Tensor mean)
    {
        int count = x.Shape[0], width = x.Shape[1];
        Workers workers = (x.Backend as CpuBackend ?? CpuBackend.Default).Workers;
        double[] covariance = Gram.OfColumns(x.ToArray(), width, Array.ConvertAll(mean.ToArray(), value => (double)value), workers);
        for (int i = 0; i < covariance.Length; i++) covariance[i] /= count;
        SymmetricEigen eigen = SymmetricEigen.Of(covariance, width);
        return (eigen.Values, eigen.Vectors);
    }
}
