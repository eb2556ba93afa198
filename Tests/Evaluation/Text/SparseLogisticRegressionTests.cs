namespace NativeSsl.Tests.Evaluation;

public sealed class SparseLogisticRegressionTests
{
    static SparseRows Sparse(FeatureSet set) => SparseRows.Of(set.Width,
        Table.Rows(set.Values).Select(row => Enumerable.Range(0, row.Length).Where(j => row[j] > -0.3).ToDictionary(j => j, j => row[j])));

    [Theory]
    [InlineData(1.0), InlineData(0.01), InlineData(1e-4)]
    public void Regression_agrees_with_the_dense_one(double strength)
    {
        FeatureSet set = Table.Clouds(90, 6, classes: 3, gap: 0.7);
        SparseRows rows = Sparse(set);
        float[] dense = [.. Enumerable.Range(0, 90).SelectMany(i => Enumerable.Range(0, 6).Select(j => (float)TfIdfTests.At(rows, i, j)))];
        LogisticRegression other = LogisticRegression.Fit(Tensor.From(Table.Cpu, [90, 6], dense), set.Labels, 3, strength, tolerance: 1e-6);
        SparseLogisticRegression fit = SparseLogisticRegression.Fit(rows, set.Labels.ToArray(), 3, strength, tolerance: 1e-9);
        Assert.Equal(other.Minimum.Value, fit.Minimum.Value, 1e-5);
        Assert.InRange(fit.Minimum.Slope, 0, 1e-9);
        float[] weight = other.Weight.ToArray();
        for (int c = 0; c < 3; c++)
            for (int j = 0; j < 6; j++) Assert.Equal(weight[c * 6 + j], fit.Weight(c, j), 2e-3 / Math.Sqrt(strength));
        Assert.All(fit.LogProbabilities(rows), row => Assert.Equal(1, row.Sum(Math.Exp), 1e-12));
    }

    // The gradient written out at the minimum: every slope of 1/n Σ −ln p + λ/2 ‖W‖² is zero there, and the bias is free.
    [Fact]
    public void Regression_ends_where_the_textbooks_gradient_is_zero()
    {
        FeatureSet set = Table.Clouds(60, 5, classes: 4, gap: 0.8);
        SparseRows rows = Sparse(set);
        SparseLogisticRegression fit = SparseLogisticRegression.Fit(rows, set.Labels.ToArray(), 4, 0.02, tolerance: 1e-9);
        double[][] logarithms = fit.LogProbabilities(rows);
        double value = Enumerable.Range(0, 60).Average(i => -logarithms[i][set.Labels[i]])
            + 0.01 * Enumerable.Range(0, 4).Sum(c => Enumerable.Range(0, 5).Sum(j => Math.Pow(fit.Weight(c, j), 2)));
        Assert.Equal(value, fit.Minimum.Value, 1e-12);
        for (int c = 0; c < 4; c++)
        {
            double Error(int i)
            {
                double[] logits = [.. Enumerable.Range(0, 4).Select(k =>
                    fit.Bias(k) + Enumerable.Range(0, 5).Sum(j => fit.Weight(k, j) * TfIdfTests.At(rows, i, j)))];
                return (Math.Exp(logits[c]) / logits.Sum(Math.Exp) - (set.Labels[i] == c ? 1 : 0)) / 60;
            }
            Assert.Equal(0, Enumerable.Range(0, 60).Sum(Error), 1e-8);
            for (int j = 0; j < 5; j++) Assert.Equal(-0.02 * fit.Weight(c, j), Enumerable.Range(0, 60).Sum(i => Error(i) * TfIdfTests.At(rows, i, j)), 1e-8);
        }
        // A fit that begins at the minimum has nothing to do.
        Assert.Equal(0, SparseLogisticRegression.Fit(rows, set.Labels.ToArray(), 4, 0.02, fit, tolerance: 1e-8).Minimum.Iterations);
    }

    [Fact]
    public void Regression_complains_in_full()
    {
        SparseRows rows = SparseRows.Of(2, [new Dictionary<int, double> { [0] = 1 }]);
        Assert.Throws<ShapeException>(() => SparseLogisticRegression.Fit(rows, [], 2, 1));
        Assert.Throws<IndexException>(() => SparseLogisticRegression.Fit(rows, [2], 2, 1));
        Assert.Throws<NativeSslException>(() => SparseLogisticRegression.Fit(rows, [1], 2, 0));
        Assert.Throws<NativeSslException>(() => SparseLogisticRegression.Fit(SparseRows.Of(2, []), [], 2, 1));
        SparseLogisticRegression fit = SparseLogisticRegression.Fit(rows, [1], 2, 1);
        Assert.Throws<ShapeException>(() => fit.Predict(SparseRows.Of(3, [])));
        Assert.Throws<ShapeException>(() => SparseLogisticRegression.Fit(rows, [1], 3, 1, fit));
    }
}
