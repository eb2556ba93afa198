namespace NativeSsl;

/// <summary>
/// How many directions features take up: exp(−Σₖ pₖ ln pₖ) with pₖ = σₖ / ‖σ‖₁ + ε and σ the singular values of the features (not the
/// eigenvalues of their covariance). Garrido, Balestriero, Najman &amp; LeCun 2023, “RankMe: assessing the downstream performance of
/// pretrained self-supervised representations by their rank”, equations 1 and 2.
/// </summary>
public static class RankMe
{
    const double Epsilon = 1e-7;

    /// <summary>From 1, collapsed, to the shorter side of the table.</summary>
    /// <param name="features"><c>[count, width]</c>; the paper takes 25,600 rows.</param>
    /// <exception cref="ShapeException">Features are not a table.</exception>
    /// <exception cref="NativeSslException">A feature is not finite.</exception>
    public static double Of(Tensor features) => Of(SingularValues.Of(features));

    /// <summary>From singular values that are known already; all zero is rank 1, for collapsed features are one point.</summary>
    public static double Of(ReadOnlySpan<double> singularValues)
    {
        double total = 0, entropy = 0;
        foreach (double sigma in singularValues) total += sigma;
        if (total == 0) return 1;
        foreach (double sigma in singularValues)
        {
            double p = sigma / total + Epsilon;
            entropy -= p * Math.Log(p);
        }
        return Math.Exp(entropy);
    }
}
