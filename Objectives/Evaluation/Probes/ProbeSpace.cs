namespace NativeSsl;

/// <summary>
/// What probes of one set of features share, whatever labels they know: the standardisation, and the principal axes in which their bowls
/// are round.
/// </summary>
/// <param name="train">Features of the training split.</param>
sealed class ProbeSpace(FeatureSet train)
{
    // Along so many axes the shape of the bowl is known, all of them if the features are narrow; a few iterations find wide ones well
    // enough.
    const int MostAxes = 256, WideAxes = 128, Iterations = 3;

    (double[] Variances, double[][] Directions)? _axes;

    /// <summary>The features.</summary>
    internal FeatureSet Train { get; } = train.ForLearning("LinearProbe");
    /// <summary>Their mean and deviation.</summary>
    internal Standardization Standardization { get; } = Standardization.Of(train.ForLearning("LinearProbe").Values);

    /// <summary>
    /// An approximate inverse of the Hessian of logistic regression, up to a factor: for uncertain predictions it is (XᵀX / n) / classes +
    /// λ, for each class alike (Böhning 1992, “Multinomial logistic regression algorithm”, bounds it by that with ½ in place of 1 /
    /// classes).
    /// </summary>
    /// <param name="strength">λ.</param>
    internal Minimizer.Preconditioner Inverse(double strength)
    {
        (double[] variances, double[][] directions) = _axes ??= Axes();
        int classes = Train.Classes, width = Train.Width;
        double penalty = classes * strength, active = Standardization.Scale.ToArray().Count(scale => scale > 0);
        // What is left of the variance is spread over the other axes evenly.
        double rest = directions.Length < width ? Math.Max(0, active - variances.Sum()) / (width - directions.Length) : 0;
        return gradient =>
        {
            double[] along = new double[directions.Length];
            for (int c = 0; c < classes; c++)
            {
                Span<double> row = gradient.Slice(c * width, width);
                for (int k = 0; k < along.Length; k++) along[k] = Doubles.Dot(row, directions[k]);
                for (int j = 0; j < width; j++) row[j] /= rest + penalty;
                for (int k = 0; k < along.Length; k++)
                    Doubles.AddScaled(row, along[k] * (1 / (variances[k] + penalty) - 1 / (rest + penalty)), directions[k]);
            }
        };
    }

    (double[] Variances, double[][] Directions) Axes()
    {
        Tensor rows = Standardization.Apply(Train.Values);
        if (Train.Width > MostAxes)
        {
            (double[] variances, double[][] directions) = SubspaceIteration.Of(rows, WideAxes, Iterations);
            return ([.. variances.Select(variance => Math.Max(0, variance))], directions);
        }
        double[] covariance = Gram.OfColumns(rows.ToArray(), Train.Width, null, (rows.Backend as CpuBackend ?? CpuBackend.Default).Workers);
        for (int i = 0; i < covariance.Length; i++) covariance[i] /= Train.Count;
        SymmetricEigen eigen = SymmetricEigen.Of(covariance, Train.Width);
        return ([.. eigen.Values.Select(variance => Math.Max(0, variance))], eigen.Vectors);
    }
}
