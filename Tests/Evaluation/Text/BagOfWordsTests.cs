namespace NativeSsl.Tests.Evaluation;

public sealed class BagOfWordsTests
{
    internal static LabelledTexts Made(Split split, int count, ulong seed)
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
        double threshold = OutOfScope.Threshold(fit.Confidences(held.Texts),
            [.. fit.Predict(held).Zip(held.Labels, (a, b) => a == b)], fit.Confidences(set.OutOfScope.Validation));
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
