namespace NativeSsl;

/// <summary>The singular values of a table of features.</summary>
public static class SingularValues
{
    /// <summary>All of them, largest first: as many as the shorter side is long.</summary>
    /// <param name="x"><c>[count, width]</c>.</param>
    /// <remarks>
    /// The square roots of the eigenvalues of XᵀX, or XXᵀ if that is smaller, in doubles: values below 10⁻⁸ of the largest are rounding,
    /// which is also how exactly single-precision features tell them.
    /// </remarks>
    /// <exception cref="ShapeException">x is not a table.</exception>
    /// <exception cref="NativeSslException">A feature is not finite.</exception>
    public static double[] Of(Tensor x)
    {
        if (x.Shape.Rank != 2) throw new ShapeException($"SingularValues: x has shape {x.Shape}; [count, width] is needed.");
        Workers workers = (x.Backend as CpuBackend ?? CpuBackend.Default).Workers;
        int count = x.Shape[0], width = x.Shape[1];
        if (count == 0 || width == 0) return [];
        double[] gram = width <= count ? Gram.OfColumns(x.ToArray(), width, null, workers) : Gram.OfRows(x.ToArray(), width, workers);
        double[] squares = SymmetricEigen.Of(gram, Math.Min(count, width), vectors: false).Values;
        return [.. squares.Select(square => Math.Sqrt(Math.Max(0, square)))];
    }
}
