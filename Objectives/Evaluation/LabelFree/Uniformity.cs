namespace NativeSsl;

/// <summary>
/// How evenly features fill the sphere: ln of the mean of exp(−2 ‖x − y‖²) over all pairs of different rows, −8 … 0; less is better, 0 is
/// collapse. Wang &amp; Isola 2020, “Understanding contrastive representation learning through alignment and uniformity on the
/// hypersphere”, equation 8, t = 2.
/// </summary>
public static class Uniformity
{
    const int RowsAtOnce = 256;

    /// <summary>Over all pairs of rows, each brought to length one.</summary>
    /// <param name="features"><c>[count, width]</c>.</param>
    /// <exception cref="ShapeException">Features are not a table with two rows at least.</exception>
    public static double Of(Tensor features)
    {
        if (features.Shape.Rank != 2 || features.Shape[0] < 2)
            throw new ShapeException($"Uniformity: features have shape {features.Shape}; [count, width] with at least two rows is needed.");
        int count = features.Shape[0];
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Tensor directions = features.Normalize().Keep();
        double total = 0;
        for (int start = 0; start < count; start += RowsAtOnce)
        {
            using Step step = new(features.Backend);
            int rows = Math.Min(RowsAtOnce, count - start);
            // −2 ‖x − y‖² = 4 xᵀy − 2 ‖x‖² − 2 ‖y‖²; lengths are one, but for rows of zeros.
            Tensor some = directions.Slice(0, start, rows);
            Tensor products = some.MatMul(directions, transposeB: true) * 4f;
            float[] sums = (products - some.Square().Sum(1, keepAxis: true) * 2f - directions.Square().Sum(1) * 2f).Exp().Sum(1).ToArray();
            foreach (float sum in sums) total += sum;
        }
        return Math.Log((total - count) / ((double)count * (count - 1)));       // without each row's pair with itself, exp(0)
    }
}
