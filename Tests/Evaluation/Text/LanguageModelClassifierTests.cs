using NativeSsl.Tests.Models;

namespace NativeSsl.Tests.Evaluation;

/// <summary>What a language model and its classifier make of texts (Radford et al. 2018, section 3.2).</summary>
public sealed class LanguageModelClassifierTests
{
    internal static readonly CpuBackend Cpu = Table.Cpu;
    static readonly Gpt.Config Small = new() { Vocabulary = SmallTexts.Vocabulary, Context = 16, Layers = 2, Heads = 2, Width = 16, Bias = true };
    static readonly int[][] Texts = [[30, 3, 4, 5, 31], [30, 7, 31], [30, 9, 9, 1, 2, 8, 31]];
    static readonly int[] Labels = [2, 0, 1], Lengths = [5, 3, 7];
    internal static readonly TextFineTuningOptions Short = new() { LeastSteps = 250, Epochs = 1, Batch = 16, LearningRate = 3e-3, LayerDecay = 1, Patience = 100 };
    internal static readonly LabelledTexts Train = SmallTexts.Letters(200, 1), Test = SmallTexts.Letters(200, 3, Split.Test);

    // Far from its first values, so that every bias and gain counts.
    static LanguageModelClassifier Shaken(Gpt.Config config, int classes = 3)
    {
        var classifier = new LanguageModelClassifier(new Gpt(config, new Init(Cpu, 1)), classes, new Init(Cpu, 2), dropout: 0f);
        var random = new RandomSource(9, 4);
        foreach ((_, Tensor tensor) in classifier.NamedTensors()) tensor.Storage.CopyFrom([.. tensor.ToArray().Select(v => v + 0.2f * random.NextNormal())]);
        return classifier;
    }

    internal static LanguageModelClassifier Fresh(int layers = 2, float dropout = 0f) =>
        new(new Gpt(Small with { Layers = layers, Dropout = dropout }, new Init(Cpu, 1)), 2, new Init(Cpu, 101), dropout);

    static (Indices Tokens, Indices Segments, Indices Lengths) Batch(int padding = SmallTexts.Padding, params int[][] texts) =>
        TextSample.Batch(Cpu, [.. texts.Select(text => new TextSample(text, new int[text.Length]))], padding);

    static Func<string, double[]> Doubles(Module model)
    {
        Dictionary<string, double[]> values = model.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray().Select(v => (double)v).ToArray());
        return name => values[name];
    }

    static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    static double Surprise(double[] logits, int target) => Math.Log(logits.Sum(Math.Exp)) - logits[target];

    // Text by text and token by token: the logits, L2 and L1.
    static (double[][] Logits, double Labels, double Words) Textbook(Gpt.Config config, Func<string, double[]> get)
    {
        TransformerTextbook model = TransformerTextbook.OfOurs(config, name => get($"model.{name}"));
        double[][] wy = [.. get("head.weight").Chunk(config.Width)], logits = new double[Texts.Length][];
        (double labels, double words, int count) = (0, 0, 0);
        for (int i = 0; i < Texts.Length; i++)
        {
            double[][] h = model.Features(Texts[i]);
            logits[i] = [.. wy.Select((row, c) => Dot(row, h[^1]) + get("head.bias")[c])];
            labels += Surprise(logits[i], Labels[i]) / Texts.Length;
            for (int t = 0; t + 1 < Texts[i].Length; t++, count++) words += Surprise([.. model.Words.Select(row => Dot(row, h[t]))], Texts[i][t + 1]);
        }
        return (logits, labels, words / count);
    }

    [Theory, InlineData(SmallTexts.Vocabulary, true), InlineData(SmallTexts.Vocabulary, false), InlineData(2100, true)]
    public void Logits_and_both_losses_are_the_textbooks(int vocabulary, bool bias)
    {
        Gpt.Config config = Small with { Vocabulary = vocabulary, Bias = bias };
        LanguageModelClassifier classifier = Shaken(config);
        var (logits, _, words) = Textbook(config, Doubles(classifier));
        using Step step = new(Cpu);
        var (tokens, segments, lengths) = Batch(SmallTexts.Padding, Texts);
        (Tensor found, Tensor? auxiliary) = classifier.Read(tokens, segments, lengths, auxiliary: true);
        float[] values = found.ToArray();
        for (int i = 0; i < 9; i++) Assert.Equal(logits[i / 3][i % 3], values[i], 2e-5 * Math.Max(1, Math.Abs(logits[i / 3][i % 3])));
        Assert.Equal(words, auxiliary!.Item(), 1e-4);
        Assert.Null(classifier.Read(tokens, segments, lengths, auxiliary: false).Auxiliary);
        Assert.Equal(values, classifier.Logits(tokens, null, lengths).ToArray());
    }

    // Differences of the textbook's L2 + λ L1, in doubles.
    [Fact]
    public void Gradients_of_the_joint_loss_are_the_textbooks()
    {
        const double weight = 0.5, small = 1e-5;
        LanguageModelClassifier classifier = Shaken(Small);
        using Step step = new(Cpu, training: true);
        var (tokens, segments, lengths) = Batch(SmallTexts.Padding, Texts);
        (Tensor logits, Tensor? auxiliary) = classifier.Read(tokens, segments, lengths, auxiliary: true);
        (logits.CrossEntropy(Indices.From(Cpu, [3], Labels)) + auxiliary! * (float)weight).Backward();
        Func<string, double[]> values = Doubles(classifier);
        double Loss(string name, int place, double by) => Textbook(Small, other =>
        {
            if (other != name) return values(other);
            double[] moved = [.. values(other)];
            moved[place] += by;
            return moved;
        }) is var (_, labels, words) ? labels + weight * words : 0;
        foreach ((string name, Tensor tensor) in classifier.NamedParameters())
            foreach (int place in new[] { 0, (int)tensor.Shape.Count / 2, (int)tensor.Shape.Count - 1 })
            {
                double expected = (Loss(name, place, small) - Loss(name, place, -small)) / (2 * small), actual = tensor.Gradient.ToArray()[place];
                Assert.True(Math.Abs(expected - actual) < 1e-4 * Math.Max(1, Math.Abs(expected)), $"{name}[{place}]: {actual}, the textbook's {expected}");
            }
    }

    [Fact]
    public void Padding_and_the_other_texts_of_a_batch_change_nothing()
    {
        LanguageModelClassifier classifier = Shaken(Small);
        using Step step = new(Cpu);
        float[] alone = [.. Texts.SelectMany(text => Logits(Batch(0, text)))];
        foreach (int padding in new[] { SmallTexts.Padding, 0, 31 })
        {
            float[] together = Logits(Batch(padding, Texts));
            for (int i = 0; i < alone.Length; i++) Assert.Equal(alone[i], together[i], 1e-5f);
        }
        // A text's own last token is read, not that of the batch.
        Assert.NotEqual(Logits(Batch(0, [30, 3, 31]))[0], Logits(Batch(0, [30, 3, 4]))[0]);

        float[] Logits((Indices Tokens, Indices Segments, Indices Lengths) batch) => classifier.Logits(batch.Tokens, batch.Segments, batch.Lengths).ToArray();
    }

    [Fact]
    public void The_auxiliary_loss_is_that_of_pretraining_on_each_texts_tokens()
    {
        LanguageModelClassifier classifier = Shaken(Small);
        var pretraining = new NextToken(classifier.Model);
        using Step step = new(Cpu);
        double sum = Texts.Sum(text => (text.Length - 1) * pretraining.Loss(new Views { Indices =
            [Indices.From(Cpu, [1, text.Length - 1], text.AsSpan(0, text.Length - 1)), Indices.From(Cpu, [1, text.Length - 1], text.AsSpan(1))], Terms = text.Length - 1 }).Item());
        foreach (int padding in new[] { SmallTexts.Padding, 5 })
        {
            var (tokens, segments, lengths) = Batch(padding, Texts);
            Assert.Equal(sum / Texts.Sum(text => text.Length - 1), classifier.Read(tokens, segments, lengths, auxiliary: true).Auxiliary!.Item(), 1e-5);
        }
    }

    [Fact]
    public void Any_language_model_will_do_and_what_does_not_fit_is_said()
    {
        var llama = new Llama(new Llama.Config { Vocabulary = SmallTexts.Vocabulary, Context = 16, Layers = 2, Heads = 4, KeyHeads = 2, Width = 16 }, new Init(Cpu, 1));
        TextFineTuned tuned = TextFineTuning.Fit(new LanguageModelClassifier(llama, 2, new Init(Cpu, 2), dropout: 0f), SmallTexts.Marks, Train, null, Short);
        Assert.True(tuned.Accuracy(Test) > 0.95, $"{tuned.Accuracy(Test)}");

        Assert.Contains("at least two", Assert.Throws<NativeSslException>(() => new LanguageModelClassifier(llama, 1, new Init(Cpu, 2))).Message);
        var (tokens, _, _) = Batch(0, Texts);
        Assert.All((int[][])[[5, 3], [5, 3, 8], [0, 3, 7]], lengths =>
            Assert.Contains("one for each text, from 1 to 7", Assert.Throws<ShapeException>(() => Fresh().Logits(tokens, null, Indices.From(Cpu, [lengths.Length], lengths))).Message));
        var frozen = new LanguageModelClassifier(new Gpt(Small, new Init(Cpu, 1, trained: false)), 2, new Init(Cpu, 2));
        Assert.Contains("trained: true", Assert.Throws<NativeSslException>(() => TextFineTuning.Fit(frozen, SmallTexts.Marks, Train, null, Short)).Message);
    }
}
