using static NativeSsl.Tests.Objectives.Texts.SmallTexts;

namespace NativeSsl.Tests.Evaluation;

public sealed class WordFrequenciesTests
{
    [Fact]
    public void Words_are_as_likely_as_they_are_frequent_in_other_texts()
    {
        DocumentSet training = Random(1, documents: 5, mostSegments: 4, mostTokens: 9, distinct: false), held = Random(2, documents: 12, mostSegments: 6, mostTokens: 9, distinct: false);
        var views = new FullSentences(Cpu, held, Marks, Options);
        int[] known = training.Tokens();
        int[] covered = [.. views.Everything().SelectMany(some => some.Indices[MaskedViews.Targets].Values.ToArray())];
        Assert.True(covered.Length > 5);
        double expected = covered.Average(word => -Math.Log((known.Count(token => token == word) + 1.0) / (known.Length + Marks.Vocabulary)));

        (double loss, long words) = new WordFrequencies(training, Marks.Vocabulary).Loss(views);
        Assert.Equal(expected, loss, 1e-12);
        Assert.Equal(covered.Length, words);
        Assert.Equal(Enumerable.Range(0, Marks.Vocabulary).Select(word => Math.Log((known.Count(token => token == word) + 1.0) / (known.Length + Marks.Vocabulary))),
            new WordFrequencies(training, Marks.Vocabulary).LogProbabilities(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Throws<IndexException>(() => new WordFrequencies(Documents([[0]]), vocabulary: 1).Loss(views));
    }
}
