using FsCheck.Xunit;

namespace NativeSsl.Tests.Evaluation;

public sealed class TextFeaturesTests
{
    static readonly TextFrame Bert = new(text => [.. text.Select(c => c - 'a')], 100, 101, 102);

    [Fact]
    public void Marks_by_hand()
    {
        AssertMade([100, 0, 1, 101], 4, Bert.Of("ab", null, 16));
        AssertMade([100, 0, 1, 101, 2, 101], 4, Bert.Of("ab", "c", 16));
        AssertMade([100, 0, 1, 101, 101, 2, 101], 7, (Bert with { Between = 2, HasSegments = false }).Of("ab", "c", 16));
        AssertMade([0, 1], 2, new TextFrame(Bert.Encode, null, null, 0).Of("ab", null, 16));
        AssertMade([100, 0, 1, 101], 4, Bert.Of("abcd", null, 4));
        AssertMade([100, 101], 2, Bert.Of("", null, 4));
        Assert.Contains("no room", Assert.Throws<NativeSslException>(() => Bert.Of("a", null, 2)).Message);
        Assert.Contains("no room", Assert.Throws<NativeSslException>(() => Bert.Of("a", "b", 4)).Message);
        Assert.Contains("no tokens", Assert.Throws<NativeSslException>(() => new TextFrame(Bert.Encode, null, null, 0).Of("", null, 4)).Message);
    }

    static void AssertMade(int[] tokens, int first, (int[] Tokens, int First) made)
    {
        Assert.Equal(tokens, made.Tokens);
        Assert.Equal(first, made.First);
    }

    // BERT's truncate_seq_pair: the longer loses its last token, the second if both are as long, until there is room.
    [Property(MaxTest = 200)]
    public void Pairs_are_cut_token_by_token(byte first, byte second, byte room)
    {
        string a = new('a', first % 20), b = new('b', second % 20);
        int context = 5 + room % 30;
        (int[] tokens, int segment) = Bert.Of(a, b, context);
        (int x, int y) = (a.Length, b.Length);
        while (x + y > context - 3) if (x > y) x--; else y--;
        Assert.Equal((x, y), (tokens.Count(t => t == 0), tokens.Count(t => t == 1)));
        Assert.Equal((x + 2, x + y + 3), (segment, tokens.Length));
    }

    [Theory]
    [InlineData(TextPooling.FirstToken, 3), InlineData(TextPooling.Mean, 3), InlineData(TextPooling.Mean, 64)]
    public void Features_are_those_of_each_text_alone(TextPooling pooling, int batch)
    {
        Bert encoder = SmallTexts.Encoder(dropout: 0.1f);
        LabelledTexts texts = SmallTexts.Letters(20, 3, Split.Test).WithTexts((text, i) => i == 7 ? "a much longer text than there is room for" : text);
        FeatureSet set = TextFeatures.Of(encoder, SmallTexts.Marks, texts, pooling, batch);
        double[][] rows = Table.Rows(set.Values);
        for (int i = 0; i < 20; i++)
        {
            (int[] tokens, _) = SmallTexts.Marks.Of(texts.Texts[i], null, 16);
            using Step step = new(Table.Cpu);
            double[][] each = Table.Rows(encoder.Features(Indices.From(Table.Cpu, [1, tokens.Length], tokens)).Reshape([tokens.Length, 16]));
            for (int j = 0; j < 16; j++) Assert.Equal(pooling == TextPooling.Mean ? each.Average(row => row[j]) : each[0][j], rows[i][j], 1e-5);
        }
        Assert.Equal(texts.Labels, set.Labels.ToArray());
        Assert.Equal((Split.Test, 2, 20L), (set.Split, set.Classes, set.Cost.SamplesSeen));
        Assert.True(set.Cost.Flops > 0);
        Assert.Equal(set.Values.ToArray(), TextFeatures.Of(encoder, SmallTexts.Marks, texts.Texts, pooling, batch).ToArray());
        Assert.All(encoder.NamedParameters(), entry => Assert.Equal(0, Record.Exception(() => entry.Tensor.Gradient) is null ? 1 : 0));
    }

    [Fact]
    public void The_second_text_of_a_pair_is_another_segment()
    {
        Bert encoder = SmallTexts.Encoder();
        LabelledTexts pair = new("p", Split.Train, ["abc", "ab"], [0, 1], ["n", "y"], ["de", "xyz"]);
        double[][] rows = Table.Rows(TextFeatures.Of(encoder, SmallTexts.Marks, pair, TextPooling.FirstToken).Values);
        int[] tokens = [SmallTexts.Begin, 1, 2, 3, SmallTexts.Separator, 4, 5, SmallTexts.Separator];
        using Step step = new(Table.Cpu);
        Indices segments = Indices.From(Table.Cpu, [1, 8], 0, 0, 0, 0, 0, 1, 1, 1);
        double[] first = Table.Rows(encoder.Features(Indices.From(Table.Cpu, [1, 8], tokens), segments).Reshape([8, 16]))[0];
        for (int j = 0; j < 16; j++) Assert.Equal(first[j], rows[0][j], 1e-5);
        double[] unsegmented = Table.Rows(encoder.Features(Indices.From(Table.Cpu, [1, 8], tokens)).Reshape([8, 16]))[0];
        Assert.True(first.Zip(unsegmented, (a, b) => Math.Abs(a - b)).Max() > 1e-3);
    }

    [Fact]
    public void The_mean_has_a_gradient_and_leaves_padding_out()
    {
        Tensor x = Table.Normal(1, 2, 3, 4).RequireGradient();
        using Step step = new(Table.Cpu);
        TextPooling.Mean.Pool(x, Indices.From(Table.Cpu, [2], 3, 1)).Sum().Backward();
        Assert.Equal([.. Enumerable.Repeat(1 / 3f, 12), 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0], x.Gradient.ToArray());
        Assert.Throws<ShapeException>(() => TextPooling.Mean.Pool(x, Indices.From(Table.Cpu, [3], 1, 1, 1)));
        Assert.Throws<IndexException>(() => TextPooling.Mean.Pool(x, Indices.From(Table.Cpu, [2], 4, 1)));
    }

    [Fact]
    public void Those_of_T5_are_means_over_its_encoders_tokens_and_no_text_sees_anothers_padding()
    {
        var frame = new SequenceFrame(Tokenizer.Create("character", ["abcdefgh "], 64), sentinels: 3);
        var model = new T5(new T5.Config { Vocabulary = frame.Vocabulary, Layers = 2, Heads = 2, Width = 8, HeadWidth = 4, Hidden = 16, Dropout = 0.1f }, new Init(Table.Cpu, 2));
        string[] texts = ["a", "hedge", "a bad cab", "", "abcdefgh abcdefgh"];
        double[][] rows = Table.Rows(TextFeatures.Of(model, frame, texts, room: 10));
        for (int i = 0; i < texts.Length; i++)
        {
            int[] tokens = [.. frame.Tokenizer.Encode(texts[i]).Take(9), frame.End];
            using Step step = new(Table.Cpu);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            double[][] each = Table.Rows(model.Encode(Indices.From(Table.Cpu, [1, tokens.Length], tokens)).Reshape([tokens.Length, 8]));
            for (int j = 0; j < 8; j++) Assert.Equal(each.Average(row => row[j]), rows[i][j], 1e-5);
        }
        Assert.Contains("no texts", Assert.Throws<NativeSslException>(() => TextFeatures.Of(model, frame, [])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_takes_features_takes_those_of_texts()
    {
        Bert encoder = SmallTexts.Encoder();
        FeatureSet train = TextFeatures.Of(encoder, SmallTexts.Marks, SmallTexts.Letters(120, 1)), test =
            TextFeatures.Of(encoder, SmallTexts.Marks, SmallTexts.Letters(60, 2, Split.Test));
        var card = new ReportCard("texts");
        ReportRow row = card.AddRow("random", train.Cost);
        Measures.Add(card, row, train, test, new() { Neighbours = [5], Budgets = [LabelBudget.PerClass(5), LabelBudget.Share(1)], Draws = 2 });
        Assert.All(new[] { "kNN-5", "probe 5 per class", "NMI", "uniformity" }, name => Assert.Contains(name, row.Scores.Keys));
        Assert.True(row.Scores["probe 100 %"].Mean > 0.9, $"{row.Scores["probe 100 %"]}");       // x or y is in the mean of the tokens
        Assert.Throws<NativeSslException>(() => new NearestNeighbours(test));
    }

    [Fact]
    public void Complains_in_full()
    {
        Assert.Contains("no texts", Assert.Throws<NativeSslException>(() =>
            TextFeatures.Of(SmallTexts.Encoder(), SmallTexts.Marks, Array.Empty<string>())).Message);
        Bert broken = SmallTexts.Encoder();
        broken.Table.Storage.CopyFrom(Enumerable.Repeat(float.NaN, 33 * 16).ToArray());
        Assert.Contains("diverged", Assert.Throws<NativeSslException>(() => TextFeatures.Of(broken, SmallTexts.Marks, ["a"])).Message);
    }
}
