namespace NativeSsl.Tests.Evaluation;

/// <summary>A classifier that compares two texts of a sample.</summary>
public sealed class TextPairClassifierTests
{
    static readonly TextFineTuningOptions Short = new() { LeastSteps = 300, Epochs = 0, Batch = 16, LearningRate = 3e-3, LayerDecay = 1 };

    static TextPairClassifier Classifier(bool segments = true, float dropout = 0f) => new(SmallTexts.Encoder(), 2, new Init(Table.Cpu, 101), segments, dropout);

    // Class 1: both texts have the same letters, in another order; class 0: other letters. A letter by itself tells nothing.
    static LabelledTexts Pairs(int count, ulong seed, Split split = Split.Train)
    {
        var random = new RandomSource(seed, 6);
        (string[] firsts, string[] seconds, int[] labels) = (new string[count], new string[count], new int[count]);
        for (int i = 0; i < count; i++)
        {
            char[] letters = [.. "abcdefgh"];
            random.Shuffle<char>(letters);
            char[] first = letters[..3], second = i % 2 == 1 ? [.. first] : letters[3..6];
            random.Shuffle<char>(second);
            (firsts[i], seconds[i], labels[i]) = (new(first), new(second), i % 2);
        }
        return new("pairs", split, firsts, labels, ["other", "same"], seconds);
    }

    // Head (u, v, |u − v|, u ∘ v) in doubles, of an encoder's features; padding counts for nothing.
    [Theory, InlineData(true), InlineData(false)]
    public void Logits_by_hand(bool segments)
    {
        TextPairClassifier classifier = Classifier(segments, dropout: 0.5f);
        int[][] samples = [[SmallTexts.Begin, 3, 4, SmallTexts.Separator, 5, SmallTexts.Separator], [SmallTexts.Begin, 6, SmallTexts.Separator, 7, 8, 9, SmallTexts.Separator]];
        int[] seconds = [2, 4];
        int[] tokens = [.. samples.SelectMany(sample => sample.Concat(Enumerable.Repeat(SmallTexts.Padding, 8 - sample.Length)))];
        int[] texts = [.. samples.SelectMany((sample, i) => Enumerable.Range(0, 8).Select(t => t >= sample.Length - seconds[i] && t < sample.Length ? 1 : 0))];
        Indices ids = Indices.From(Table.Cpu, [2, 8], tokens), of = Indices.From(Table.Cpu, [2, 8], texts), lengths = Indices.From(Table.Cpu, [2], [.. samples.Select(sample => sample.Length)]);
        float[] logits = classifier.Logits(ids, of, lengths).ToArray(), h = classifier.Encoder.Features(ids, segments ? of : null, lengths).ToArray(), weight = classifier.Head.Weight.ToArray();
        for (int i = 0; i < 2; i++)
        {
            double[] Mean(int from, int to) => [.. Enumerable.Range(0, 16).Select(j => Enumerable.Range(from, to - from).Average(t => (double)h[(i * 8 + t) * 16 + j]))];
            int length = samples[i].Length;
            double[] u = Mean(0, length - seconds[i]), v = Mean(length - seconds[i], length);
            double[] compared = [.. u, .. v, .. u.Zip(v, (a, b) => Math.Abs(a - b)), .. u.Zip(v, (a, b) => a * b)];
            for (int c = 0; c < 2; c++) Assert.Equal(compared.Select((value, j) => value * weight[c * 64 + j]).Sum(), logits[i * 2 + c], 1e-5);
        }
    }

    [Fact]
    public void Learns_to_compare_where_a_mean_over_both_texts_does_not()
    {
        LabelledTexts train = Pairs(400, 1), test = Pairs(200, 2, Split.Test);
        double compared = TextFineTuning.Fit(Classifier(), SmallTexts.Marks, train, null, Short).Accuracy(test);
        double mixed = TextFineTuning.Fit(SmallTexts.Classifier(pooling: TextPooling.Mean), SmallTexts.Marks, train, null, Short).Accuracy(test);
        Assert.True(compared > 0.9 && mixed < compared - 0.1, $"{compared} {mixed}");
    }

    [Fact]
    public void Complains_in_full()
    {
        LabelledTexts singles = SmallTexts.Letters(20, 1);
        Assert.Contains("second", Assert.Throws<NativeSslException>(() => TextFineTuning.Fit(Classifier(), SmallTexts.Marks, singles, null, Short)).Message);
        Assert.Contains("HasSegments", Assert.Throws<NativeSslException>(() => TextFineTuning.Fit(Classifier(), SmallTexts.Marks with { HasSegments = false }, Pairs(20, 1), null, Short)).Message);
        Assert.Throws<NativeSslException>(() => TextFineTuning.Fit(Classifier(), SmallTexts.Marks, Pairs(20, 1), null, Short with { AuxiliaryWeight = 0.5 }));
        Assert.Throws<NativeSslException>(() => new TextPairClassifier(SmallTexts.Encoder(), 1, new Init(Table.Cpu, 1)));
        Indices tokens = Indices.From(Table.Cpu, [1, 3], 1, 2, 3), length = Indices.From(Table.Cpu, [1], 3);
        Assert.Throws<ShapeException>(() => Classifier().Logits(tokens, null, length));
        Assert.Throws<IndexException>(() => Classifier(segments: false).Logits(tokens, Indices.From(Table.Cpu, [1, 3], 0, 1, 2), length));
    }
}
