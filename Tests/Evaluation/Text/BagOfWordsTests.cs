using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class BagOfWordsTests
{
    // The example of scikit-learn's guide (“Text feature extraction”): counts of three terms in six texts, and the rows it prints.
    [Fact]
    public void The_example_of_scikit_learn()
    {
        double[][] counts = [[3, 0, 1], [2, 0, 0], [3, 0, 0], [4, 0, 0], [3, 2, 0], [3, 0, 2]];
        double[][] expected = [[0.85151335, 0, 0.52433293], [1, 0, 0], [1, 0, 0], [1, 0, 0], [0.55422893, 0.83236428, 0], [0.63035731, 0, 0.77630514]];
        string[] texts = [.. counts.Select(row => string.Join(' ', row.SelectMany((count, j) => Enumerable.Repeat($"{"abc"[j]}{"abc"[j]}", (int)count))))];
        TfIdf terms = TfIdf.Fit(texts, new() { MostWords = 1, IsSublinear = false });
        Assert.Equal(["aa", "bb", "cc"], terms.Terms);
        SparseRows rows = terms.Transform(texts);
        for (int i = 0; i < 6; i++)
            for (int j = 0; j < 3; j++) Assert.Equal(expected[i][j], At(rows, i, j), 1e-8);
    }

    static double At(SparseRows rows, int row, int column)
    {
        int place = rows.Columns(row).IndexOf(column);
        return place < 0 ? 0 : rows.Values(row)[place];
    }

    [Fact]
    public void Terms_and_weights_by_hand()
    {
        string[] texts = ["The cat, the CAT sat", "a cat_1 I x2"];
        TfIdf terms = TfIdf.Fit(texts);
        Assert.Equal(["cat", "cat sat", "cat the", "cat_1", "cat_1 x2", "sat", "the", "the cat", "x2"], terms.Terms);
        Assert.All(terms.Weights, weight => Assert.Equal(1 + Math.Log(3 / 2.0), weight, 1e-12));
        SparseRows rows = terms.Transform(["cat cat cat sat", "unknown words"]);
        // cat thrice, sat once, "cat sat" once, all of one weight: (1 + ln 3, 1, 1) brought to length one
        double length = Math.Sqrt(Math.Pow(1 + Math.Log(3), 2) + 2);
        Assert.Equal([(1 + Math.Log(3)) / length, 1 / length, 1 / length], rows.Values(0).ToArray().Select(v => Math.Round(v, 12)), (a, b) => Math.Abs(a - b) < 1e-11);
        Assert.True(rows.Columns(1).IsEmpty);
        Assert.Equal(["cat"], TfIdf.Fit(["the cat", "cat"], new() { LeastTexts = 2, MostWords = 1 }).Terms);
        Assert.Contains("no term", Assert.Throws<NativeSslException>(() => TfIdf.Fit(["a b", ""])).Message);
        Assert.Throws<NativeSslException>(() => TfIdf.Fit(["the cat"], new() { MostWords = 0 }));
    }

    [Property(MaxTest = 50)]
    public void Transposing_twice_changes_nothing(ulong seed)
    {
        var random = new RandomSource(seed, 0);
        SparseRows rows = SparseRows.Of(7, Enumerable.Range(0, 5).Select(_ =>
            Enumerable.Range(0, 7).Where(_ => random.NextInt(3) == 0).ToDictionary(j => j, _ => 1.0 + random.NextInt(9))));
        SparseRows flipped = rows.Transposed(), back = flipped.Transposed();
        Assert.Equal((7, 5), (flipped.Count, flipped.Width));
        for (int i = 0; i < 5; i++)
        {
            for (int j = 0; j < 7; j++) Assert.Equal(At(rows, i, j), At(flipped, j, i));
            Assert.Equal(rows.Columns(i).ToArray(), back.Columns(i).ToArray());
            Assert.Equal(Enumerable.Range(0, 7).Sum(j => At(rows, i, j) * At(rows, 0, j)), rows.Dot(i, rows, 0), 1e-12);
        }
        Assert.Throws<IndexException>(() => rows.Columns(5).Length);
        Assert.Throws<IndexException>(() => SparseRows.Of(2, [new Dictionary<int, double> { [2] = 1 }]));
    }

    static SparseRows Sparse(FeatureSet set) => SparseRows.Of(set.Width,
        Table.Rows(set.Values).Select(row => row.Select((value, j) => (value, j)).Where(entry => entry.value > -0.3).ToDictionary(entry => entry.j, entry => entry.value)));

    [Theory]
    [InlineData(1.0), InlineData(0.01), InlineData(1e-4)]
    public void Regression_agrees_with_the_dense_one(double strength)
    {
        FeatureSet set = Table.Clouds(90, 6, classes: 3, gap: 0.7);
        SparseRows rows = Sparse(set);
        float[] dense = [.. Enumerable.Range(0, 90).SelectMany(i => Enumerable.Range(0, 6).Select(j => (float)At(rows, i, j)))];
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
                double[] logits = [.. Enumerable.Range(0, 4).Select(k => fit.Bias(k) + Enumerable.Range(0, 5).Sum(j => fit.Weight(k, j) * At(rows, i, j)))];
                return (Math.Exp(logits[c]) / logits.Sum(Math.Exp) - (set.Labels[i] == c ? 1 : 0)) / 60;
            }
            Assert.Equal(0, Enumerable.Range(0, 60).Sum(Error), 1e-8);
            for (int j = 0; j < 5; j++) Assert.Equal(-0.02 * fit.Weight(c, j), Enumerable.Range(0, 60).Sum(i => Error(i) * At(rows, i, j)), 1e-8);
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

    [Fact]
    public void Pairs_by_hand()
    {
        SparseRows u = SparseRows.Of(3, [new Dictionary<int, double> { [0] = 2, [1] = 3 }]), v = SparseRows.Of(3, [new Dictionary<int, double> { [1] = 3, [2] = 5 }]);
        SparseRows pairs = PairRows.Of(u, v);
        Assert.Equal([2, 3, 0, 0, 3, 5, 2, 0, 5, 0, 9, 0], Enumerable.Range(0, 12).Select(j => At(pairs, 0, j)));
        Assert.Throws<ShapeException>(() => PairRows.Of(u, SparseRows.Of(4, [])));
    }

    static LabelledTexts Made(Split split, int count, ulong seed)
    {
        var random = new RandomSource(seed, 9);
        string[][] own = [["sun", "warm", "sand"], ["ice", "cold", "snow"]];
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % 2)];
        string[] texts = [.. labels.Select(label => string.Join(' ', Enumerable.Range(0, 4).Select(_ =>
            random.NextInt(3) == 0 ? own[label][random.NextInt(3)] : $"word{random.NextInt(20)}")))];
        return new("made", split, texts, labels, ["warm", "cold"]);
    }

    [Fact]
    public void Chooses_by_validation_texts_and_never_by_test_texts()
    {
        LabelledTexts train = Made(Split.Train, 200, 1), validation = Made(Split.Train, 100, 2), test = Made(Split.Test, 400, 3);
        BagOfWords fit = BagOfWords.Fit(train, validation);
        double[] accuracies = [.. new[] { 1.0, 10, 100 }.Select(strength =>
            BagOfWords.Fit(train, null, new() { StrengthWithoutChoice = strength }).Accuracy(validation))];
        Assert.Equal(accuracies.Max(), fit.ValidationAccuracy!.Value, 0.011);
        Assert.Equal(fit.ValidationAccuracy, fit.Accuracy(validation));
        Assert.InRange(fit.Accuracy(test), 0.72, 0.95);                         // one text in five has none of the telling words
        Assert.Null(BagOfWords.Fit(train).ValidationAccuracy);
        // With next to no weights only the bias is left, and most of these texts are of one class.
        LabelledTexts mostly = train.Take(Enumerable.Range(0, 200).Where(i => i % 2 == 0 || i % 8 == 1));
        foreach (double[] strengths in new double[][] { [1e-9, 10], [10, 1e-9] })
            Assert.Equal(10, BagOfWords.Fit(mostly, validation, new() { Strengths = strengths }).Strength);
        Assert.Equal(0.5, BagOfWords.Fit(mostly, validation, new() { Strengths = [1e-9] }).ValidationAccuracy);
        Assert.All(fit.Confidences(test.Texts), confidence => Assert.InRange(confidence, 0.5, 1));
        Assert.Throws<NativeSslException>(() => BagOfWords.Fit(test));
        Assert.Throws<NativeSslException>(() => BagOfWords.Fit(train, test));
        Assert.Throws<NativeSslException>(() => BagOfWords.Fit(train, validation, new() { Strengths = [] }));
    }

    [Fact]
    public void The_nearest_text_is_that_of_the_largest_cosine()
    {
        LabelledTexts texts = Made(Split.Train, 60, 4);
        string[] queries = [.. Made(Split.Train, 40, 5).Texts, "nothing known"];
        TfIdf terms = TfIdf.Fit(texts.Texts);
        SparseRows bank = terms.Transform(texts.Texts), rows = terms.Transform(queries);
        IReadOnlyList<(int Place, double Similarity)> nearest = new TfIdfNeighbours(texts.Texts).Nearest(queries);
        for (int i = 0; i < queries.Length; i++)
        {
            double[] cosines = [.. Enumerable.Range(0, 60).Select(j => rows.Dot(i, bank, j))];
            Assert.Equal(cosines.Max(), nearest[i].Similarity, 1e-12);
            Assert.Equal(cosines.Max(), cosines[nearest[i].Place], 1e-12);
        }
        Assert.Equal((0, 0.0), nearest[^1]);
        Assert.Throws<NativeSslException>(() => new TfIdfNeighbours([]));
    }

    // Wang & Manning 2012, “Baselines and bigrams”, table 2: 0.762 for a support vector machine of single words, 0.777 with pairs of words, by ten-fold
    // cross-validation. A test part of 1,039 sentences is known to 0.013.
    [DataFact("sentence_polarity")]
    public void Polarity()
    {
        TextParts<LabelledTexts> set = SentencePolarity.Read(Path.Combine(DataFactAttribute.Folder!, "sentence_polarity"));
        BagOfWords fit = BagOfWords.Fit(set.Train, set.Validation);
        Assert.Equal(0.773, fit.Accuracy(set.Test), 0.004);
        Assert.Equal(0.773, fit.ValidationAccuracy!.Value, 0.004);
        Assert.NotEqual(fit.Predict(set.Test), fit.Predict(set.Validation));
        // The nearest sentence says much less.
        Assert.InRange(new TfIdfNeighbours(set.Train.Texts, new() { MostWords = 1 }).Nearest(set.Test.Texts) is var nearest
            ? set.Test.Accuracy([.. nearest.Select(found => set.Train.Labels[found.Place])]) : 0, 0.58, 0.70);
    }

    // Larson et al. 2019, table 2: 0.910 for a support vector machine on bags of words, all training texts.
    [DataFact("clinc150")]
    public void Clinc()
    {
        Clinc150 set = Clinc150.Read(Path.Combine(DataFactAttribute.Folder!, "clinc150", "data_full.json"));
        BagOfWords fit = BagOfWords.Fit(set.InScope.Train, null, new() { Terms = new() { MostWords = 1, LeastTexts = 2 } });
        int[] predicted = fit.Predict(set.InScope.Test);
        Assert.Equal(0.913, set.InScope.Test.Accuracy(predicted), 0.003);
        Assert.Equal(0.913, ClassScores.Of(predicted, set.InScope.Test.Labels, 150).MacroF1, 0.004);
        double[] inside = fit.Confidences(set.InScope.Test.Texts), outside = fit.Confidences(set.OutOfScope.Test);
        Assert.Equal(0.930, OutOfScope.Auroc(inside, outside), 0.003);
        Assert.Equal(0.34, OutOfScope.FalsePositiveRate(inside, outside), 0.02);
        // The threshold comes from the validation part, and knows no test text.
        LabelledTexts held = set.InScope.Validation;
        double threshold = OutOfScope.Threshold(fit.Confidences(held.Texts), [.. fit.Predict(held).Zip(held.Labels, (a, b) => a == b)], fit.Confidences(set.OutOfScope.Validation));
        bool[] right = [.. predicted.Zip(set.InScope.Test.Labels, (a, b) => a == b)];
        Assert.True(OutOfScope.Accuracy(inside, right, outside, threshold) > OutOfScope.Accuracy(inside, right, outside, 0));
    }

    // 0.567 is the share of the most frequent class.
    [DataFact("sick")]
    public void Pairs_of_sick()
    {
        TextParts<Sick> set = Sick.Read(Path.Combine(DataFactAttribute.Folder!, "sick"));
        BagOfWordsOptions words = new() { Terms = new() { MostWords = 1 }, Strengths = [1] };
        BagOfWords fit = BagOfWords.Fit(set.Train.Entailment, set.Validation.Entailment, words);
        Assert.Equal(0.796, fit.Accuracy(set.Test.Entailment), 0.003);
        LabelledTexts second = new("second", Split.Train, set.Train.Entailment.Seconds!, set.Train.Entailment.Labels, set.Train.Entailment.Classes);
        LabelledTexts secondOfTest = new("second", Split.Test, set.Test.Entailment.Seconds!, set.Test.Entailment.Labels, set.Test.Entailment.Classes);
        Assert.InRange(BagOfWords.Fit(second, null, words).Accuracy(secondOfTest), 0.5, 0.7);            // one sentence says little about two

        TextPairs test = set.Test.Relatedness;
        TfIdf terms = TfIdf.Fit(set.Train.Relatedness.Firsts.Concat(set.Train.Relatedness.Seconds), new() { MostWords = 1 });
        SparseRows u = terms.Transform(test.Firsts), v = terms.Transform(test.Seconds);
        Assert.Equal(0.588, RankCorrelation.Spearman([.. Enumerable.Range(0, test.Count).Select(i => u.Dot(i, v, i))], [.. test.Scores!]), 0.001);
    }
}
