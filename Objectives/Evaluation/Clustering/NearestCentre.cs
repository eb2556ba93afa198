namespace NativeSsl;

/// <summary>Which of some centres is nearest to each row, by one matrix product for many rows.</summary>
static class NearestCentre
{
    const int RowsAtOnce = 1024;

    /// <summary>The nearest centres, the first of equally near ones, and the squared distances to them.</summary>
    /// <param name="x"><c>[count, width]</c>.</param>
    /// <param name="centres"><c>[k, width]</c>.</param>
    internal static (int[] Nearest, double[] Distances) Of(Tensor x, Tensor centres)
    {
        if (x.Shape.Rank != 2 || x.Shape[1] != centres.Shape[1])
            throw new ShapeException($"KMeans: x has shape {x.Shape} but the centres {centres.Shape}; both must be equally wide.");
        int count = x.Shape[0], clusters = centres.Shape[0];
        int[] nearest = new int[count];
        double[] distances = new double[count];
        using Tape.NoGradientScope scope = Tape.NoGradient();
        for (int start = 0; start < count; start += RowsAtOnce)
        {
            using Step step = new(x.Backend);
            int rows = Math.Min(RowsAtOnce, count - start);
            Tensor some = x.Slice(0, start, rows);
            // ‖x − c‖² = ‖x‖² + (‖c‖² − 2 xᵀc), of which the first does not decide.
            float[] relative = some.MatMul(centres, transposeB: true).Multiply(-2f).Add(centres.Square().Sum(1)).ToArray();
            float[] squares = some.Square().Sum(1).ToArray();
            for (int i = 0; i < rows; i++)
            {
                int best = i * clusters;
                for (int c = best + 1; c < (i + 1) * clusters; c++) if (relative[c] < relative[best]) best = c;
                nearest[start + i] = best - i * clusters;
                distances[start + i] = Math.Max(0, (double)squares[i] + relative[best]);
            }
        }
        return (nearest, distances);
    }
}
