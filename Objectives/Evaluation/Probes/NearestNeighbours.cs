namespace NativeSsl;

/// <summary>
/// The class that the most similar images of the training split vote for. Similarity s is the cosine, and each of the k most similar votes
/// with weight exp(s / τ). Wu, Xiong, Yu &amp; Lin 2018, “Unsupervised feature learning via non-parametric instance discrimination”,
/// section 3.4. Of equal similarities the first in the bank counts; of equal votes the first class wins.
/// </summary>
public sealed class NearestNeighbours
{
    const int QueriesAtOnce = 256;

    readonly FeatureSet _bank;
    readonly Tensor _directions;
    readonly double _temperature;

    /// <param name="bank">What votes: labelled features of the training split.</param>
    /// <param name="temperature">τ: the smaller, the more the very nearest decide.</param>
    /// <exception cref="NativeSslException">The bank is of the test split, unlabelled or empty, or τ is not positive.</exception>
    public NearestNeighbours(FeatureSet bank, double temperature = 0.07)
    {
        if (temperature is not > 0)
            throw new NativeSslException($"NearestNeighbours: the temperature is {temperature}; it must be positive.");
        using Tape.NoGradientScope scope = Tape.NoGradient();
        (_bank, _temperature) = (bank.ForLearning("NearestNeighbours"), temperature);
        _directions = bank.Values.Normalize().Keep();
    }

    /// <summary>The voted class of each query.</summary>
    /// <param name="queries">Features, <c>[queries, width]</c>.</param>
    /// <param name="neighbours">k; all of the bank if it is smaller.</param>
    /// <exception cref="ShapeException">The queries are not as wide as the bank.</exception>
    public int[] Predict(Tensor queries, int neighbours) => Predict(queries, [neighbours])[0];

    /// <summary>The voted class of each query, for several k: similarities are computed once.</summary>
    /// <returns>For each k, a class for each query.</returns>
    /// <inheritdoc cref="Predict(Tensor, int)"/>
    public int[][] Predict(Tensor queries, int[] neighbours)
    {
        _bank.CheckQueries("NearestNeighbours", queries);
        if (neighbours.Length == 0 || neighbours.Min() < 1)
            throw new NativeSslException($"NearestNeighbours: k is {string.Join(", ", neighbours)}; at least one neighbour is needed.");
        int count = queries.Shape[0];
        int[][] predicted = [.. neighbours.Select(_ => new int[count])];
        for (int start = 0; start < count; start += QueriesAtOnce)
        {
            using Step step = new(queries.Backend);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            Tensor some = queries.Slice(0, start, Math.Min(QueriesAtOnce, count - start));
            float[] similarities = some.Normalize().MatMul(_directions, transposeB: true).ToArray();
            CpuBackend host = queries.Backend as CpuBackend ?? CpuBackend.Default;
            host.Workers.Run(new Votes(this, similarities, neighbours, predicted, start), some.Shape[0]);
        }
        return predicted;
    }

    /// <summary>The share of queries whose class was said rightly, 0 … 1.</summary>
    public double Accuracy(FeatureSet queries, int neighbours) => queries.Accuracy(Predict(queries.Values, neighbours));

    // One query a part.
    readonly struct Votes(NearestNeighbours of, float[] similarities, int[] neighbours, int[][] predicted, int start) : IJob
    {
        public void Run(int part)
        {
            int bank = of._bank.Count, most = Math.Min(neighbours.Max(), bank);
            ReadOnlySpan<float> row = similarities.AsSpan(part * bank, bank);
            int[] nearest = Nearest.Of(row, most);
            ReadOnlySpan<int> labels = of._bank.Labels;
            double[] votes = new double[of._bank.Classes];
            for (int i = 0; i < most; i++)
            {
                // The largest weight is one, so that no temperature overflows.
                votes[labels[nearest[i]]] += Math.Exp((row[nearest[i]] - row[nearest[0]]) / of._temperature);
                for (int k = 0; k < neighbours.Length; k++)
                    if (Math.Min(neighbours[k], bank) == i + 1) predicted[k][start + part] = FirstLargest(votes);
            }
        }

        static int FirstLargest(double[] votes)
        {
            int best = 0;
            for (int c = 1; c < votes.Length; c++) if (votes[c] > votes[best]) best = c;
            return best;
        }
    }
}
