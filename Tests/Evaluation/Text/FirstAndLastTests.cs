namespace NativeSsl.Tests.Evaluation;

/// <summary>The pooling that looks at the first block and the last: each against a network that ends there.</summary>
public sealed class FirstAndLastTests
{
    static readonly LabelledTexts Texts = SmallTexts.Letters(9, 3).WithTexts((text, i) => i == 4 ? "a much longer text than there is room for" : text);

    // The first blocks of a deeper encoder, as an encoder of their own.
    static Bert Beginning(Bert encoder, int layers)
    {
        Bert shallow = SmallTexts.Encoder(layers: layers);
        HashSet<string> names = [.. shallow.NamedTensors().Select(entry => entry.Name)];
        shallow.CopyFrom(encoder.NamedTensors().Where(entry => names.Contains(entry.Name)).Select(entry => (entry.Name, entry.Tensor)));
        return shallow;
    }

    [Fact]
    public void A_hidden_state_is_what_a_shallower_network_ends_with()
    {
        Bert encoder = SmallTexts.Encoder(layers: 3);
        Indices tokens = Indices.From(Table.Cpu, [2, 4], SmallTexts.Begin, 1, 2, 31, SmallTexts.Begin, 5, 31, 32), lengths = Indices.From(Table.Cpu, [2], 4, 3);
        IReadOnlyList<Tensor> states = encoder.HiddenStates(tokens, null, lengths);
        Assert.Equal(4, states.Count);
        for (int layers = 0; layers < 3; layers++) Assert.Equal(Beginning(encoder, layers).Features(tokens, null, lengths).ToArray(), states[layers].ToArray());
        Assert.Equal(encoder.Features(tokens, null, lengths).ToArray(), states[3].ToArray());
        Assert.True(states[0].ToArray().Zip(states[3].ToArray(), (a, b) => Math.Abs(a - b)).Max() > 0.01);
    }

    [Theory, InlineData(1, 3), InlineData(3, 3), InlineData(3, 64)]
    public void It_is_the_mean_of_two_means(int layers, int batch)
    {
        Bert encoder = SmallTexts.Encoder(layers: layers);
        double[][] Rows(Bert network, TextPooling pooling) => Table.Rows(TextFeatures.Of(network, SmallTexts.Marks, Texts, pooling, batch).Values);
        double[][] first = Rows(Beginning(encoder, 1), TextPooling.Mean), last = Rows(encoder, TextPooling.Mean), both = Rows(encoder, TextPooling.FirstAndLast);
        for (int i = 0; i < Texts.Count; i++)
            for (int j = 0; j < 16; j++) Assert.Equal((first[i][j] + last[i][j]) / 2, both[i][j], 1e-5);
        Assert.Equal(layers > 1, both.Zip(last, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max() > 1e-3);
    }

    [Fact]
    public void Classifiers_and_SimCse_read_that_way_too()
    {
        Bert encoder = SmallTexts.Encoder(layers: 3);
        Indices tokens = Indices.From(Table.Cpu, [2, 4], SmallTexts.Begin, 1, 2, 31, SmallTexts.Begin, 5, 6, 31), segments = Indices.From(Table.Cpu, [2, 4], new int[8]), lengths = Indices.From(Table.Cpu, [2], 4, 4);
        float[] rows = TextPooling.FirstAndLast.Read(encoder, tokens, null, lengths).ToArray();
        Assert.Equal(rows, new SimCse(encoder, new Init(Table.Cpu, 1), new() { Pooling = TextPooling.FirstAndLast }).Rows(tokens, segments, lengths).ToArray());
        var classifier = new TextClassifier(encoder, 2, new Init(Table.Cpu, 8), TextPooling.FirstAndLast);
        double[] weight = [.. classifier.Head.Weight.ToArray().Select(value => (double)value)];
        float[] logits = classifier.Logits(tokens, null, lengths).ToArray();
        for (int i = 0; i < 2; i++)
            for (int c = 0; c < 2; c++) Assert.Equal(Enumerable.Range(0, 16).Sum(j => rows[i * 16 + j] * weight[c * 16 + j]), logits[i * 2 + c], 1e-5);
    }

    [Fact]
    public void Features_of_the_last_layer_alone_are_refused()
    {
        Tensor x = Table.Normal(1, 2, 3, 4);
        Assert.Contains("Read", Assert.Throws<NativeSslException>(() => TextPooling.FirstAndLast.Pool(x, Indices.From(Table.Cpu, [2], 3, 1))).Message);
        Assert.Throws<ShapeException>(() => TextPooling.FirstAndLast.Read(SmallTexts.Encoder(), Indices.From(Table.Cpu, [1, 2], 1, 2), null, Indices.From(Table.Cpu, [2], 1, 1)));
    }
}
