namespace NativeSsl.Tests.Evaluation;

public sealed class LinearProbeTests
{
    [Fact]
    public void Separates_clouds() =>
        Assert.True(LinearProbe.Fit(Table.Clouds(300, 8, 4, 1.5)).Accuracy(Table.Clouds(300, 8, 4, 1.5, Split.Test)) > 0.95);

    [Fact]
    public void Labels_that_say_nothing_leave_it_guessing()
    {
        FeatureSet train = Table.Clouds(400, 8, 4, 0), test = Table.Clouds(400, 8, 4, 0, Split.Test);
        Assert.InRange(LinearProbe.Fit(train).Accuracy(test), 0.15, 0.35);
    }

    [Fact]
    public void Test_labels_cannot_reach_it()
    {
        FeatureSet train = Table.Clouds(200, 6, 3, 0.5), test = Table.Clouds(90, 6, 3, 0.5, Split.Test);
        int[] shuffled = test.Labels.ToArray();
        new RandomSource(4, 4).Shuffle<int>(shuffled);
        LinearProbe honest = LinearProbe.Fit(train), other = LinearProbe.Fit(train);
        double accuracy = honest.Accuracy(test), chance = other.Accuracy(Table.With(test, shuffled));
        Assert.Equal(honest.Model.Weight.ToArray(), other.Model.Weight.ToArray());
        Assert.Equal(honest.Predict(test.Values), other.Predict(test.Values));
        Assert.True(accuracy > chance + 0.2);
        Assert.Contains("test split", Assert.Throws<NativeSslException>(() => LinearProbe.Fit(test)).Message);
    }

    [Fact]
    public void Unknown_training_labels_cannot_reach_it()
    {
        FeatureSet train = Table.Clouds(200, 6, 3, 0.5);
        int[] known = [.. Enumerable.Range(0, 30)];
        FeatureSet spoilt = Table.With(train, train.Labels.ToArray().Select((label, i) => i < 30 ? label : 0));
        Assert.Equal(LinearProbe.Fit(train, known).Model.Weight.ToArray(), LinearProbe.Fit(spoilt, known).Model.Weight.ToArray());
    }

    // max_c softmax(W x + b)_c with the weights for features as they come, in doubles.
    [Fact]
    public void Confidences_are_the_largest_probabilities()
    {
        FeatureSet train = Table.Clouds(200, 6, 3, 0.5), test = Table.Clouds(90, 6, 3, 0.5, Split.Test);
        LinearProbe probe = LinearProbe.Fit(train);
        (Tensor weight, Tensor bias) = probe.Folded();
        double[][] w = Table.Rows(weight), x = Table.Rows(test.Values);
        float[] b = bias.ToArray();
        double[] sure = probe.Confidences(test.Values);
        Assert.Equal(90, sure.Length);
        for (int i = 0; i < 90; i++)
        {
            double[] odds = [.. w.Select((row, c) => Math.Exp(row.Zip(x[i], (p, q) => p * q).Sum() + b[c]))];
            Assert.Equal(odds.Max() / odds.Sum(), sure[i], 1e-5);
        }
        Assert.True(sure.Max() - sure.Min() > 0.1);
        Assert.Throws<ShapeException>(() => probe.Confidences(Table.Normal(1, 4, 5)));
        Assert.Empty(probe.Confidences(Table.Normal(1, 0, 6)));
    }

    [Fact]
    public void The_scale_of_features_does_not_matter()
    {
        FeatureSet train = Table.Clouds(200, 6, 3, 0.5), test = Table.Clouds(90, 6, 3, 0.5, Split.Test);
        Tensor scale = Tensor.From(Table.Cpu, [6], 1024, 1, 1f / 1024, 8, 1, 2), shift = Tensor.From(Table.Cpu, [6], 64, -3, 0, 1, 0, 7);
        FeatureSet Moved(FeatureSet set) => new(set.Name, set.Split, set.Values * scale + shift, set.Labels.ToArray(), set.Classes);
        Assert.Equal(LinearProbe.Fit(train).Accuracy(test), LinearProbe.Fit(Moved(train)).Accuracy(Moved(test)), 0.02);
    }

    [Fact]
    public void A_constant_feature_is_left_out()
    {
        FeatureSet train = Table.Clouds(60, 3, 2, 1);
        Tensor constant = Tensor.Full(Table.Cpu, [60, 1], 0.1f);
        var wider = new FeatureSet("wider", Split.Train, Tensor.Concat([train.Values, constant], 1), train.Labels.ToArray(), 2);
        Assert.All(Enumerable.Range(0, 60), i =>
            Assert.Equal(0f, Standardization.Of(wider.Values).Apply(wider.Values).ToArray()[4 * i + 3]));
    }

    [Fact]
    public void Standardised_features_have_mean_zero_and_deviation_one()
    {
        Tensor x = Table.Normal(2, 150, 4) * 7f + 100f;
        foreach (int j in Enumerable.Range(0, 4))
        {
            double[] column = [.. Table.Rows(Standardization.Of(x).Apply(x)).Select(row => row[j])];
            Assert.Equal(0, column.Average(), 1e-4);
            Assert.Equal(1, Math.Sqrt(column.Average(v => v * v)), 1e-4);
        }
    }

    [Fact]
    public void Chooses_the_strength_that_held_out_labels_like_best()
    {
        FeatureSet train = Table.Clouds(150, 20, 3, 0.35);
        var known = new FeatureSet("known", Split.Train, Standardization.Of(train.Values).Apply(train.Values), train.Labels.ToArray(), 3);
        double[] strengths = [10, 0.1, 1e-5];
        LinearProbe probe = LinearProbe.Fit(train, new LinearProbeOptions { Strengths = strengths });
        int[] part = Folds.Parts(known.Labels, 3, 5, seed: 0);
        (double Certainty, double Accuracy)[] held = [.. strengths.Select(strength =>
        {
            double certainty = 0, right = 0;
            for (int turn = 0; turn < 5; turn++)
            {
                FeatureSet fitted = known.Take([.. Enumerable.Range(0, 150).Where(i => part[i] != turn)]);
                FeatureSet asked = known.Take([.. Enumerable.Range(0, 150).Where(i => part[i] == turn)]);
                LogisticRegression model = LogisticRegression.Fit(fitted.Values, fitted.Labels, 3, strength);
                double[][] rows = Table.Rows(model.LogProbabilities(asked.Values));
                certainty += rows.Select((row, i) => row[asked.Labels[i]]).Sum();
                right += rows.Where((row, i) => Array.IndexOf(row, row.Max()) == asked.Labels[i]).Count();
            }
            return (certainty, right / 150);
        })];
        int best = Array.IndexOf(held, held.MaxBy(entry => entry.Certainty));
        Assert.Equal(strengths[best], probe.Strength);
        Assert.Equal(held[best].Accuracy, probe.HeldOutAccuracy!.Value, 1e-9);
        Assert.NotEqual(0, best);                                           // neither the strongest, which would win without looking,
        Assert.NotEqual(2, best);                                           // nor the weakest
    }

    [Fact]
    public void Folded_weights_take_features_as_they_are()
    {
        FeatureSet train = Table.With(Table.Clouds(90, 5, 3, 0.6), Enumerable.Range(0, 90).Select(i => i % 3));
        LinearProbe probe = LinearProbe.Fit(train);
        (Tensor weight, Tensor bias) = probe.Folded();
        float[] folded = train.Values.Linear(weight, bias).ToArray();
        for (int i = 0; i < 90; i++)
            Assert.Equal(probe.Predict(train.Values)[i], Array.IndexOf(folded[(3 * i)..(3 * i + 3)], folded[(3 * i)..(3 * i + 3)].Max()));
    }

    // Pixels are like this: a few directions have almost all of the variance. Without the axes this takes two or three times as long.
    [Theory]
    [InlineData(60), InlineData(300)]
    public void Features_that_hang_together_are_fitted_in_a_few_steps(int width)
    {
        Tensor hidden = Table.Normal(11, 700, width) * Tensor.From(Table.Cpu, [width],
            [.. Enumerable.Range(0, width).Select(i => MathF.Pow(0.9f, i))]);
        int[] labels = [.. Table.Rows(hidden).Select(row => row[9] > 0 ? 1 : 0)];
        var train = new FeatureSet("mixed", Split.Train, hidden.MatMul(Table.Normal(12, width, width)), labels, 2);
        LinearProbe probe = LinearProbe.Fit(train, new LinearProbeOptions { Strengths = [1e-3] });
        LogisticRegression plain =
            LogisticRegression.Fit(Standardization.Of(train.Values).Apply(train.Values), train.Labels, 2, 1e-3, tolerance: 1e-5);
        Assert.True(probe.Model.Minimum.Slope <= 1e-5 && 2 * probe.Model.Minimum.Iterations < plain.Minimum.Iterations,
            $"{probe.Model.Minimum} {plain.Minimum}");
        Assert.Equal(plain.Minimum.Value, probe.Model.Minimum.Value, 1e-4);
    }

    [Fact]
    public void Few_wide_rows_are_fitted_to_the_same_weights()
    {
        FeatureSet train = Table.Clouds(40, 100, 2, 0.3);
        var options = new LinearProbeOptions { Strengths = [0.1] };
        Tensor rows = Standardization.Of(train.Values).Apply(train.Values);
        float[] expected = LogisticRegression.Fit(rows, train.Labels, 2, 0.1).Weight.ToArray();
        float[] actual = LinearProbe.Fit(train, options).Model.Weight.ToArray();
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 2e-4);
    }

    [Fact]
    public void With_one_label_for_each_class_there_is_no_choice()
    {
        LinearProbe probe = LinearProbe.Fit(Table.Clouds(40, 5, 4, 1), [0, 1, 2, 3]);
        Assert.Equal(new LinearProbeOptions().StrengthWithoutChoice, probe.Strength);
        Assert.Null(probe.HeldOutAccuracy);
    }

    [Fact]
    public void Parts_give_each_class_its_share_and_never_change()
    {
        int[] labels = [.. Enumerable.Range(0, 50).Select(i => i % 2)], parts = Folds.Parts(labels, 2, 5, seed: 3);
        Assert.All(Enumerable.Range(0, 5), part => Assert.All(new[] { 0, 1 }, label =>
            Assert.Equal(5, Enumerable.Range(0, 50).Count(i => parts[i] == part && labels[i] == label))));
        Assert.Equal(parts, Folds.Parts(labels, 2, 5, seed: 3));
        Assert.NotEqual(parts, Folds.Parts(labels, 2, 5, seed: 4));
    }
}
