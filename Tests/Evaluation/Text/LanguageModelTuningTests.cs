using static NativeSsl.Tests.Evaluation.LanguageModelClassifierTests;

namespace NativeSsl.Tests.Evaluation;

/// <summary>A language model that is taught classes, and may go on guessing tokens meanwhile (Radford et al. 2018, equation 5).</summary>
public sealed class LanguageModelTuningTests
{
    // The loop as the paper has it, step by step.
    static (double[] Losses, float[] Weights) ByHand(double weight, int steps)
    {
        LanguageModelClassifier classifier = Fresh();
        TextFineTuningOptions options = Few(weight, steps);
        var texts = new TextBatches(Cpu, 16, SmallTexts.Marks, Train.Texts);
        var order = new LengthOrder(texts.Lengths, options.Batch, options.Seed);
        var optimizer = new AdamW(TuningGroups.Of([new(new Part("model", classifier.Model), 1), new(new Part("head", classifier.Head), 1)], options.WeightDecay));
        double[] losses = new double[steps];
        for (int i = 0; i < steps; i++)
        {
            int[] places = [.. order.Batch("by hand", i).Select(drawn => drawn.Place)];
            using Step step = new(Cpu, training: true, options.Seed, (ulong)i);
            optimizer.Parameters.Zero();
            var (tokens, _, lengths) = texts.At(places);
            Tensor h = classifier.Model.Features(tokens);
            Tensor loss = Indices.From(Cpu, [16], [.. places.Select(place => Train.Labels[place])]) is var labels
                ? classifier.Head.Forward(Tensor.Concat([.. Enumerable.Range(0, 16).Select(b =>
                    h.Slice(0, b, 1).Slice(1, lengths.Values.Span[b] - 1, 1).Reshape([1, 16]))], 0)).CrossEntropy(labels) : h;
            if (weight > 0)
            {
                int[] next = [.. Enumerable.Range(0, 16).SelectMany(b => Enumerable.Range(1, tokens.Shape[1]).Select(t =>
                    t < lengths.Values.Span[b] ? tokens.Values.Span[b * tokens.Shape[1] + t] : -100))];
                loss += h.Linear(classifier.Model.Head).CrossEntropy(Indices.From(Cpu, tokens.Shape, next)) * (float)weight;
            }
            losses[i] = loss.Item();
            loss.Backward();
            float[] gradients = optimizer.Parameters.Gradients.ToArray();
            float norm = MathF.Sqrt(gradients.Sum(g => g * g));
            if (norm > options.Clip) optimizer.Parameters.Gradients.Storage.CopyFrom([.. gradients.Select(g => g * (float)options.Clip / norm)]);
            optimizer.Step(i, options.LearningRate * (1 - (double)i / steps));
        }
        return (losses, Weights(classifier));
    }

    static TextFineTuningOptions Few(double weight, int steps) => Short with { LeastSteps = steps, Epochs = 0, Warmup = 0, AuxiliaryWeight = weight };

    static float[] Weights(Module module) => [.. module.NamedTensors().SelectMany(entry => entry.Tensor.ToArray())];

    [Theory, InlineData(0.0), InlineData(0.5), InlineData(2.0)]
    public void Fine_tuning_follows_the_joint_loss_and_with_no_weight_that_of_the_labels_alone(double weight)
    {
        float[] expected = ByHand(weight, 6).Weights, found = Weights(TextFineTuning.Fit(Fresh(), SmallTexts.Marks, Train, null, Few(weight, 6)).Classifier);
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 2e-4f);
        Assert.True(expected.Zip(Weights(Fresh()), (a, b) => Math.Abs(a - b)).Max() > 5e-3);
        // Another weight ends elsewhere, by more than that.
        float[] other = ByHand(weight + 0.5, 6).Weights;
        Assert.True(expected.Zip(other, (a, b) => Math.Abs(a - b)).Max() > 2e-3);
    }

    [Fact]
    public void What_diverges_is_an_error_that_names_the_rate()
    {
        string message = Assert.Throws<DivergedException>(() => TextFineTuning.Fit(Fresh(), SmallTexts.Marks, Train, null, Few(0, 6) with { LearningRate = 1e30 })).Message;
        Assert.Contains("Lower the learning rate, which is 1E+30", message, StringComparison.Ordinal);
    }

    [Theory, InlineData(0.0), InlineData(0.5)]
    public void The_first_ten_losses(double weight)
    {
        double[] expected = weight == 0 ? [0.70276, 0.69171, 0.70194, 0.68180, 0.73130, 0.69959, 0.70976, 0.65988, 0.68014, 0.76350]
            : [2.43476, 2.38501, 2.38257, 2.33735, 2.36923, 2.32754, 2.32545, 2.27099, 2.28576, 2.34783];
        double[] losses = ByHand(weight, 10).Losses;
        Assert.True(expected.Zip(losses).All(pair => Math.Abs(pair.First - pair.Second) < 1e-4), string.Join(", ", losses.Select(loss => FormattableString.Invariant($"{loss:F5}"))));
    }

    [Theory, InlineData(0.0), InlineData(0.5)]
    public void Learns_what_can_be_learned(double weight)
    {
        TextFineTuned tuned = TextFineTuning.Fit(Fresh(dropout: 0.1f), SmallTexts.Marks, Train, null, Short with { AuxiliaryWeight = weight });
        Assert.True(tuned.Accuracy(Test) > 0.95, $"{tuned.Accuracy(Test)}");
        // What tells the classes apart taken away, nothing is left to learn.
        LabelledTexts Blind(LabelledTexts texts) => texts.WithTexts((text, _) => text.Replace('x', 'z').Replace('y', 'z'));
        Assert.InRange(TextFineTuning.Fit(Fresh(), SmallTexts.Marks, Blind(Train), null, Short with { LeastSteps = 60 }).Accuracy(Blind(Test)), 0.3, 0.7);
    }

    [Fact]
    public void With_the_auxiliary_loss_the_model_goes_on_guessing_tokens()
    {
        double Words(double weight)
        {
            var tuned = (LanguageModelClassifier)TextFineTuning.Fit(Fresh(), SmallTexts.Marks, Train, null, Short with { LeastSteps = 60, AuxiliaryWeight = weight }).Classifier;
            using Step step = new(Cpu);
            var (tokens, segments, lengths) = new TextBatches(Cpu, 16, SmallTexts.Marks, Test.Texts).At(Enumerable.Range(0, Test.Count));
            return tuned.Read(tokens, segments, lengths, auxiliary: true).Auxiliary!.Item();
        }
        Assert.True(Words(0.5) < Words(0) - 0.5, $"{Words(0.5)} {Words(0)}");
    }

    // The first step of Adam moves by the learning rate, whatever the gradient: the largest change of a part tells its rate.
    [Fact]
    public void Every_layer_learns_at_its_own_rate()
    {
        TextFineTuningOptions options = Short with { LayerDecay = 0.5, HeadRate = 3, LeastSteps = 1, Epochs = 0, WeightDecay = 0, Warmup = 0, LearningRate = 1e-3, Clip = 1e9 };
        SequenceClassifier before = Fresh(layers: 3), after = TextFineTuning.Fit(Fresh(layers: 3), SmallTexts.Marks, Train, null, options).Classifier;
        double Moved(string part) => before.NamedTensors().Zip(after.NamedTensors()).Where(pair => pair.First.Name.StartsWith(part, StringComparison.Ordinal))
            .SelectMany(pair => pair.First.Tensor.ToArray().Zip(pair.Second.Tensor.ToArray(), (a, b) => Math.Abs((double)a - b))).Max();
        Dictionary<string, double> expected = new()
        {
            ["model.tokens"] = 0.125, ["model.positions"] = 0.125, ["model.blocks.0"] = 0.25, ["model.blocks.1"] = 0.5, ["model.blocks.2"] = 1, ["model.norm"] = 1, ["head"] = 3,
        };
        Assert.Equal(expected.Keys, before.NamedTensors().Select(entry => expected.Keys.First(key => entry.Name.StartsWith(key, StringComparison.Ordinal))).Distinct());
        foreach ((string part, double rate) in expected) Assert.Equal(1e-3 * rate, Moved(part), 2e-3 * 1e-3 * rate + 1e-7);
    }

    [Fact]
    public void Few_labels_are_drawn_for_it_as_for_an_encoder()
    {
        TextFineTuningOptions quick = Short with { LeastSteps = 30, Batch = 8, AuxiliaryWeight = 0.5 };
        (Score accuracy, Cost cost) = FewLabelTextTuning.Of(_ => Fresh(), SmallTexts.Marks, Train, null, Test, LabelBudget.PerClass(4), quick, draws: 2);
        double[] each = [.. Enumerable.Range(0, 2).Select(draw => TextFineTuning.Fit(Fresh(), SmallTexts.Marks, Train.Take(LabelDraws.Of([.. Train.Labels], LabelBudget.PerClass(4), draw)),
            null, quick with { Seed = (ulong)draw }).Accuracy(Test))];
        Assert.Equal(Score.Of(each), accuracy);
        Assert.Equal(2 * 30 * 8, cost.SamplesSeen);
    }
}
