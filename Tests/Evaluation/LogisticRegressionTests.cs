namespace NativeSsl.Tests.Evaluation;

public sealed class LogisticRegressionTests
{
    // 1/n Σ −ln softmax(W x + b)_y + λ/2 ‖W‖², and its gradient, written out.
    static (double Value, double[,] Weight, double[] Bias) Textbook(double[][] x, int[] labels, int classes, double strength,
        float[] weight, float[] bias)
    {
        int width = x[0].Length;
        double value = 0;
        double[,] dw = new double[classes, width];
        double[] db = new double[classes];
        for (int i = 0; i < x.Length; i++)
        {
            double[] logits = new double[classes];
            for (int c = 0; c < classes; c++)
            {
                logits[c] = bias[c];
                for (int j = 0; j < width; j++) logits[c] += weight[c * width + j] * x[i][j];
            }
            double total = logits.Sum(Math.Exp);
            value -= Math.Log(Math.Exp(logits[labels[i]]) / total) / x.Length;
            for (int c = 0; c < classes; c++)
            {
                double error = (Math.Exp(logits[c]) / total - (c == labels[i] ? 1 : 0)) / x.Length;
                db[c] += error;
                for (int j = 0; j < width; j++) dw[c, j] += error * x[i][j];
            }
        }
        for (int c = 0; c < classes; c++)
            for (int j = 0; j < width; j++)
            {
                value += strength / 2 * weight[c * width + j] * weight[c * width + j];
                dw[c, j] += strength * weight[c * width + j];
            }
        return (value, dw, db);
    }

    [Theory]
    [InlineData(1.0), InlineData(0.01), InlineData(1e-4)]
    public void Ends_where_the_textbooks_gradient_is_zero(double strength)
    {
        FeatureSet set = Table.Clouds(120, 7, classes: 3, gap: 0.7);
        LogisticRegression fit = LogisticRegression.Fit(set.Values, set.Labels, 3, strength);
        (double value, double[,] dw, double[] db) =
            Textbook(Table.Rows(set.Values), set.Labels.ToArray(), 3, strength, fit.Weight.ToArray(), fit.Bias.ToArray());
        Assert.Equal(value, fit.Minimum.Value, 1e-5);
        Assert.All(dw.Cast<double>().Concat(db), slope => Assert.Equal(0, slope, 2e-5));
    }

    // Rows +1 of class 1 and −1 of class 0: with margin m = w₁ − w₀ = 2 w₁ the minimum is where σ(−m) = λ m / 2.
    [Theory]
    [InlineData(1.0), InlineData(0.1), InlineData(1e-3)]
    public void Two_points_by_hand(double strength)
    {
        LogisticRegression fit = LogisticRegression.Fit(Tensor.From(Table.Cpu, [2, 1], 1, -1), [1, 0], 2, strength);
        double low = 0, high = 100;
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            if (1 / (1 + Math.Exp(middle)) > strength / 2 * middle) low = middle; else high = middle;
        }
        float[] weight = fit.Weight.ToArray();
        Assert.Equal(low / 2, weight[1], low * 0.01);
        Assert.Equal(-low / 2, weight[0], low * 0.01);
        Assert.Equal(0, fit.Bias.ToArray()[1] - fit.Bias.ToArray()[0], 1e-3);
    }

    [Fact]
    public void Without_features_the_bias_is_the_logarithm_of_the_frequencies()
    {
        LogisticRegression fit = LogisticRegression.Fit(Tensor.Zeros(Table.Cpu, [8, 2]), [0, 0, 0, 0, 1, 1, 2, 2], 3, 0.1);
        float[] bias = fit.Bias.ToArray();
        Assert.Equal(Math.Log(2), bias[0] - bias[1], 1e-3);
        Assert.Equal(0, bias[1] - bias[2], 1e-3);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0], fit.Predict(Tensor.Zeros(Table.Cpu, [8, 2])));
    }

    [Fact]
    public void Where_it_begins_does_not_matter()
    {
        FeatureSet set = Table.Clouds(90, 5, 3, 0.5);
        LogisticRegression far = LogisticRegression.Fit(set.Values, set.Labels, 3, 1e-4);
        float[] cold = LogisticRegression.Fit(set.Values, set.Labels, 3, 0.1).Weight.ToArray();
        float[] warm = LogisticRegression.Fit(set.Values, set.Labels, 3, 0.1, start: far).Weight.ToArray();
        for (int i = 0; i < cold.Length; i++) Assert.Equal(cold[i], warm[i], 3e-4);
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        FeatureSet set = Table.Clouds(700, 33, 5, 0.3);
        float[][] fits = [.. new[] { 1, 2, 5 }.Select(threads =>
            LogisticRegression.Fit(set.Values.To(new CpuBackend(threads)), set.Labels, 5, 0.01).Weight.ToArray())];
        Assert.Equal(fits[0], fits[1]);
        Assert.Equal(fits[0], fits[2]);
    }

    [Fact]
    public void Complains_in_full()
    {
        Tensor x = Table.Normal(1, 4, 2);
        Assert.Throws<ShapeException>(() => LogisticRegression.Fit(x, [0, 1, 0], 2, 1));
        Assert.Throws<NativeSslException>(() => LogisticRegression.Fit(x, [0, 1, 0, 1], 2, 0));
        Assert.Throws<IndexException>(() => LogisticRegression.Fit(x, [0, 1, 2, 1], 2, 1));
        Assert.Throws<NativeSslException>(() => LogisticRegression.Fit(Table.Normal(1, 0, 2), [], 2, 1));
    }
}
