using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class WordComponentsTests
{
    // Four subjects of four words each; a text has words of one subject. Test texts have words that training did not know, too.
    static LabelledTexts Subjects(int count, ulong seed, Split split)
    {
        var random = new RandomSource(seed, 4);
        return new("subjects", split, [.. Enumerable.Range(0, count).Select(i => string.Join(' ',
            Enumerable.Range(0, 5).Select(_ => $"{"abcd"[i % 4]}{"wxyz"[random.NextInt(4)]}").Append(split == Split.Test ? "unknown" : "all")))],
            [.. Enumerable.Range(0, count).Select(i => i % 4)], ["a", "b", "c", "d"]);
    }

    [Fact]
    public void Components_are_those_of_the_training_texts()
    {
        LabelledTexts train = Subjects(60, 1, Split.Train), test = Subjects(24, 2, Split.Test);
        (FeatureSet fitted, FeatureSet applied) = WordComponents.Of(Table.Cpu, train, test, 3);
        TfIdf words = TfIdf.Fit(train.Texts, new() { MostWords = 1, LeastTexts = 2 });
        Tensor Dense(LabelledTexts texts)
        {
            SparseRows rows = words.Transform(texts.Texts);
            return Tensor.From(Table.Cpu, [texts.Count, words.Terms.Count], [.. Enumerable.Range(0, texts.Count).SelectMany(i =>
                Enumerable.Range(0, words.Terms.Count).Select(j => (float)TfIdfTests.At(rows, i, j)))]);
        }
        PrincipalComponents components = PrincipalComponents.Fit(Dense(train), 3);
        Assert.Equal(components.Apply(Dense(train)).ToArray(), fitted.Values.ToArray());
        Assert.Equal(components.Apply(Dense(test)).ToArray(), applied.Values.ToArray());
        Assert.Equal((Split.Train, 60, 3, Split.Test, 24, 4), (fitted.Split, fitted.Count, fitted.Width, applied.Split, applied.Count, applied.Classes));
        Assert.Equal(test.Labels, applied.Labels.ToArray());
        Assert.True(ClusterScores.Of(KMeans.Fit(applied.Values, 4, runs: 5).Assignment, [.. test.Labels]).NormalizedMutualInformation > 0.95);
        Assert.Equal(17, WordComponents.Of(Table.Cpu, train, test, 1000).Train.Width);                      // 16 words, and "all"
        Assert.Equal(1, WordComponents.Of(Table.Cpu, train, test, 1000, new() { MostWords = 1, LeastTexts = 60 }).Train.Width);         // "all" alone
    }

    [Fact]
    public void Complains_in_full()
    {
        LabelledTexts train = Subjects(8, 1, Split.Train), test = Subjects(8, 2, Split.Test);
        Assert.Contains("test split", Assert.Throws<NativeSslException>(() => WordComponents.Of(Table.Cpu, test, train)).Message);
        LabelledTexts pairs = new("pairs", Split.Train, ["aa"], [0], ["x"], ["bb"]);
        Assert.Contains("pairs", Assert.Throws<NativeSslException>(() => WordComponents.Of(Table.Cpu, pairs, test)).Message);
        Assert.Contains("pairs", Assert.Throws<NativeSslException>(() => WordComponents.Of(Table.Cpu, train, pairs)).Message);
    }

    [Property(MaxTest = 50)]
    public void Sparse_rows_as_a_tensor_have_every_number_in_its_place(ulong seed)
    {
        var random = new RandomSource(seed, 0);
        SparseRows rows = SparseRows.Of(7, Enumerable.Range(0, 5).Select(_ =>
            Enumerable.Range(0, 7).Where(_ => random.NextInt(3) == 0).ToDictionary(j => j, _ => 1.0 + random.NextInt(9))));
        double[][] table = Table.Rows(rows.ToTensor(Table.Cpu));
        Assert.Equal((5, 7), (table.Length, table[0].Length));
        for (int i = 0; i < 5; i++) for (int j = 0; j < 7; j++) Assert.Equal(TfIdfTests.At(rows, i, j), table[i][j]);
    }
}
