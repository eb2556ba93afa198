namespace NativeSsl.Tests.Evaluation;

public sealed class TextFineTuningTests
{
    static readonly LabelledTexts Train = SmallTexts.Letters(200, 1), Validation = SmallTexts.Letters(60, 2), Test = SmallTexts.Letters(200, 3, Split.Test);
    static readonly TextFineTuningOptions Short = new() { LeastSteps = 150, Epochs = 1, Batch = 16, LearningRate = 3e-3, LayerDecay = 1, Patience = 100 };

    static TextFineTuned Fit(TextFineTuningOptions options, LabelledTexts? train = null, LabelledTexts? validation = null, SequenceClassifier? classifier = null) =>
        TextFineTuning.Fit(classifier ?? SmallTexts.Classifier(), SmallTexts.Marks, train ?? Train, validation, options);

    static float[] Weights(Module module) => [.. module.NamedTensors().SelectMany(entry => entry.Tensor.ToArray())];

    [Theory]
    [InlineData(TextPooling.FirstToken, 0f), InlineData(TextPooling.Mean, 0.1f)]
    public void Learns_what_can_be_learned(TextPooling pooling, float dropout)
    {
        TextFineTuned tuned = Fit(Short with { LeastSteps = 250 }, validation: Validation, classifier: SmallTexts.Classifier(1, pooling, dropout));
        Assert.True(tuned.Accuracy(Test) > 0.95, $"{tuned.Accuracy(Test)}");
        Assert.Equal(tuned.ValidationAccuracy, tuned.Accuracy(Validation));
        Assert.All(tuned.LogProbabilities(Test), row => Assert.Equal(1, row.Sum(Math.Exp), 1e-5));
        Assert.Equal(tuned.LogProbabilities(Test).Select(row => Math.Exp(row.Max())), tuned.Confidences(Test.Texts));
        // What tells the classes apart taken away, nothing is left to learn.
        LabelledTexts blind = Train.WithTexts((text, _) => text.Replace('x', 'z').Replace('y', 'z'));
        Assert.InRange(Fit(Short with { LeastSteps = 60 }, blind).Accuracy(Test.WithTexts((text, _) => text.Replace('x', 'z').Replace('y', 'z'))), 0.3, 0.7);
    }

    // The class is the letter, x or y, of the second text; one of the two stands in the first text as well, and tells nothing.
    [Fact]
    public void Learns_from_pairs()
    {
        static LabelledTexts Pairs(int count, ulong seed, Split split)
        {
            var random = new RandomSource(seed, 6);
            (int, int)[] letters = [.. Enumerable.Range(0, count).Select(_ => (random.NextInt(2), random.NextInt(2)))];
            return new("pairs", split, [.. letters.Select((of, i) => $"{"abc"[..(i % 4)]}{"yx"[of.Item1]}")], [.. letters.Select(of => of.Item2)], ["y", "x"],
                [.. letters.Select((of, i) => $"{"yx"[of.Item2]}{"def"[..(i % 3)]}")]);
        }
        LabelledTexts train = Pairs(200, 1, Split.Train), test = Pairs(100, 2, Split.Test);
        Assert.True(Fit(Short with { LeastSteps = 300 }, train) is var tuned && tuned.Accuracy(test) > 0.95, $"{tuned.Accuracy(test)}");
        LabelledTexts firsts = new("firsts", Split.Train, train.Texts, train.Labels, train.Classes);
        Assert.InRange(Fit(Short with { LeastSteps = 60 }, firsts).Accuracy(new("firsts", Split.Test, test.Texts, test.Labels, test.Classes)), 0.3, 0.7);
    }

    [Fact]
    public void The_same_bits_every_time()
    {
        TextClassifier Made() => SmallTexts.Classifier(1, dropout: 0.1f);
        TextFineTuningOptions ten = Short with { LeastSteps = 10, Epochs = 0 };
        float[] once = Weights(Fit(ten, classifier: Made()).Classifier);
        Assert.Equal(once, Weights(Fit(ten, classifier: Made()).Classifier));
        Assert.NotEqual(once, Weights(Fit(ten with { Seed = 2 }, classifier: Made()).Classifier));
        Assert.Equal(10, Fit(ten).Steps);
        Assert.Equal(160, Fit(ten).Cost.SamplesSeen);
    }

    // Half of the texts have one letter, half of them twelve. Drawn by chance alone nearly every batch of eight is as long as the longest; of three batches that are sorted together one in the middle is.
    [Fact]
    public void Texts_of_like_lengths_are_read_together()
    {
        TextFineTuningOptions epochs = Short with { LeastSteps = 0, Epochs = 2, Batch = 8 };
        LabelledTexts Of(Func<int, int> letters) => Train.WithTexts((text, i) => new string(text[0], letters(i)));
        double FlopsOf(Func<int, int> letters) => Fit(epochs, Of(letters)).Cost.Flops!.Value;
        double brief = FlopsOf(_ => 1), both = FlopsOf(i => i / 2 % 2 == 0 ? 1 : 12), full = FlopsOf(_ => 12);
        Assert.InRange((both - brief) / (full - brief), 0.5, 0.75);
    }

    [Fact]
    public void Every_option_counts()
    {
        TextFineTuningOptions five = Short with { LeastSteps = 5, Epochs = 0 };
        float[] plain = Weights(Fit(five).Classifier);
        TextFineTuningOptions[] others =
            [five with { Clip = 1e-3 }, five with { LabelSmoothing = 0.1f }, five with { WeightDecay = 0.5f }, five with { Batch = 8 }];
        Assert.All(others, options => Assert.NotEqual(plain, Weights(Fit(options).Classifier)));
        Assert.NotEqual(plain, Weights(Fit(five, classifier: SmallTexts.Classifier(dropout: 0.1f)).Classifier));        // dropout acts
        Assert.Equal(13, Fit(Short with { LeastSteps = 0, Epochs = 1 }).Steps);                                         // 200 texts by 16
        TextFineTuningOptions forgetting = five with { WeightDecay = 1e4f, LearningRate = 1e-4, Warmup = 0, LeastSteps = 1 };
        Assert.Equal(0, Weights(Fit(forgetting).Classifier.Head).Take(32).Max(Math.Abs), 2e-4);
    }

    // head(tanh(W x₀ + b)) for the first token, head(mean of x) for all, and no dropout outside training.
    [Theory]
    [InlineData(TextPooling.FirstToken), InlineData(TextPooling.Mean)]
    public void Logits_by_hand(TextPooling pooling)
    {
        var pooler = new Pooler(new Init(Table.Cpu, 7), 16);
        Bert encoder = SmallTexts.Encoder();
        var classifier = new TextClassifier(encoder, 3, new Init(Table.Cpu, 8), pooling, pooling == TextPooling.FirstToken ? pooler : null, dropout: 0.5f);
        int[] tokens = [SmallTexts.Begin, 3, 4, SmallTexts.Separator];
        using Step step = new(Table.Cpu);
        Indices ids = Indices.From(Table.Cpu, [1, 4], tokens), lengths = Indices.From(Table.Cpu, [1], 4);
        double[][] x = Table.Rows(encoder.Features(ids).Reshape([4, 16]));
        double[][] dense = Table.Rows(pooler.NamedTensors().First().Tensor), head = Table.Rows(classifier.Head.Weight);             // both biases begin at zero
        double[] pooled = [.. Enumerable.Range(0, 16).Select(j =>
            pooling == TextPooling.Mean ? x.Average(row => row[j]) : Math.Tanh(x[0].Zip(dense[j], (a, b) => a * b).Sum()))];
        float[] logits = classifier.Logits(ids, null, lengths).ToArray();
        for (int c = 0; c < 3; c++) Assert.Equal(pooled.Zip(head[c], (a, b) => a * b).Sum(), logits[c], 1e-5);
        Assert.Equal(pooling == TextPooling.FirstToken, classifier.NamedTensors().Any(entry => entry.Name.StartsWith("pooler", StringComparison.Ordinal)));
    }

    // The first step of Adam moves by the learning rate, whatever the gradient (3e-6 here at the least, beside an ε of 1e-8): the largest change of a part tells its rate.
    [Fact]
    public void Every_layer_learns_at_its_own_rate()
    {
        TextFineTuningOptions options = Short with
        {
            LayerDecay = 0.5, HeadRate = 3, LeastSteps = 1, Epochs = 0, WeightDecay = 0, Warmup = 0, LearningRate = 1e-3, Clip = 1e9,
        };
        SequenceClassifier before = SmallTexts.Classifier(layers: 3), after = Fit(options, classifier: SmallTexts.Classifier(layers: 3)).Classifier;
        double Moved(string part) => before.NamedTensors().Zip(after.NamedTensors()).Where(pair => pair.First.Name.StartsWith(part, StringComparison.Ordinal))
            .SelectMany(pair => pair.First.Tensor.ToArray().Zip(pair.Second.Tensor.ToArray(), (a, b) => Math.Abs((double)a - b))).Max();
        Dictionary<string, double> expected = new()
        {
            ["encoder.tokens"] = 0.125, ["encoder.positions"] = 0.125, ["encoder.segments"] = 0.125, ["encoder.norm"] = 0.125, ["encoder.blocks.0"] = 0.25,
            ["encoder.blocks.1"] = 0.5, ["encoder.blocks.2"] = 1, ["pooler"] = 3, ["head"] = 3,
        };
        Assert.Equal(expected.Keys, before.NamedTensors().Select(entry =>
            expected.Keys.First(key => entry.Name.StartsWith(key, StringComparison.Ordinal))).Distinct());
        foreach ((string part, double rate) in expected) Assert.Equal(1e-3 * rate, Moved(part), 1e-2 * 1e-3 * rate);
    }

    [Fact]
    public void The_rate_rises_and_falls_in_straight_lines()
    {
        // With a gradient of one sign throughout, Adam moves by the rate in every step, so the way of a weight is the sum of the rates.
        TextFineTuningOptions options = Short with { LeastSteps = 10, Epochs = 0, Warmup = 0.2, LearningRate = 1e-5, WeightDecay = 0 };
        LabelledTexts same = Train.Take(Enumerable.Repeat(1, 16));
        SequenceClassifier before = SmallTexts.Classifier(), after = Fit(options, same, classifier: SmallTexts.Classifier()).Classifier;
        float[] a = before.Head.Bias!.ToArray(), b = after.Head.Bias!.ToArray();
        // Two steps of warm-up: 1/3 and 2/3; then 8/8, 7/8, … 1/8.
        Assert.Equal(1e-5 * (1 / 3.0 + 2 / 3.0 + 36 / 8.0), b[1] - a[1], 1e-8);
    }

    [Fact]
    public void Keeps_the_best_weights_and_stops_when_patience_is_over()
    {
        // A planted curve: looks at 5, 10, …; the third is the best, and the first of two as good counts.
        double[] curve = [0.5, 0.6, 0.9, 0.7, 0.9, 0.8, 0.1, 0.95];
        List<(int Done, float[] Weights)> seen = [];
        TextClassifier classifier = SmallTexts.Classifier();
        var tuned = new TextFineTuned(classifier, SmallTexts.Marks, 16);
        TextFineTuning.Fit(tuned, SmallTexts.Marks, Train, done =>
        {
            seen.Add((done, Weights(classifier)));
            return curve[seen.Count - 1];
        }, Short with { LeastSteps = 100, Epochs = 0, Looks = 20, Patience = 4 });
        Assert.Equal([5, 10, 15, 20, 25, 30, 35], seen.Select(look => look.Done));
        Assert.Equal((0.9, 35), (tuned.ValidationAccuracy, tuned.Steps));
        Assert.Equal(seen[2].Weights, Weights(classifier));
        Assert.NotEqual(seen[4].Weights, Weights(classifier));
    }

    [Fact]
    public void The_last_step_is_looked_at_too()
    {
        List<int> looks = [];
        TextFineTuning.Fit(new TextFineTuned(SmallTexts.Classifier(), SmallTexts.Marks, 16), SmallTexts.Marks, Train, done =>
        {
            looks.Add(done);
            return done;
        }, Short with { LeastSteps = 11, Epochs = 0, Looks = 3 });
        Assert.Equal([3, 6, 9, 11], looks);
    }

    [Fact]
    public void Few_labels_are_drawn_and_the_test_split_is_read_once_a_draw()
    {
        List<int> begun = [];
        TextClassifier New(int draw)
        {
            begun.Add(draw);
            return SmallTexts.Classifier();
        }
        TextFineTuningOptions quick = Short with { LeastSteps = 60, Batch = 3 };
        (Score accuracy, Cost cost) = FewLabelTextTuning.Of(New, SmallTexts.Marks, Train, null, Test, LabelBudget.PerClass(4), quick, draws: 3);
        double[] each = [.. Enumerable.Range(0, 3).Select(draw => Fit(quick with { Seed = (ulong)draw },
            Train.Take(LabelDraws.Of([.. Train.Labels], LabelBudget.PerClass(4), draw))).Accuracy(Test))];
        Assert.Equal(Score.Of(each), accuracy);
        Assert.Equal([0, 1, 2], begun);
        Assert.Equal(3 * 60 * 3, cost.SamplesSeen);
        Assert.Throws<NativeSslException>(() => FewLabelTextTuning.Of(New, SmallTexts.Marks, Train, null, Test, LabelBudget.PerClass(500), quick));
    }

    [Fact]
    public void From_scratch_is_the_same_loop_from_other_weights()
    {
        // A pretrained encoder: one that was tuned already. With few steps it is ahead of a random one.
        SequenceClassifier teacher = Fit(Short with { LeastSteps = 250 }).Classifier;
        TextFineTuningOptions few = Short with { LeastSteps = 30, Epochs = 0, LearningRate = 1e-3 };
        double Tuned(Bert encoder) => Fit(few, Train.Take(Enumerable.Range(0, 16)),
            classifier: new TextClassifier(encoder, 2, new Init(Table.Cpu, 50), dropout: 0f)).Accuracy(Test);
        Bert copy = SmallTexts.Encoder();
        copy.CopyFrom(teacher.Body.NamedTensors());
        double pretrained = Tuned(copy), scratch = Tuned(SmallTexts.Encoder());
        Assert.True(pretrained > scratch + 0.1, $"{pretrained} {scratch}");
    }

    [Fact]
    public void Complains_in_full()
    {
        Assert.Contains("test split", Assert.Throws<NativeSslException>(() => Fit(Short, Test)).Message);
        Assert.Contains("test split", Assert.Throws<NativeSslException>(() => Fit(Short, validation: Test)).Message);
        Assert.Contains("trained: true", Assert.Throws<NativeSslException>(() => Fit(Short, classifier: SmallTexts.Classifier(trained: false))).Message);
        Assert.Contains("AuxiliaryWeight to 0", Assert.Throws<NativeSslException>(() => Fit(Short with { AuxiliaryWeight = 0.5 })).Message);
        Assert.All(new[] { -0.5, double.NaN }, weight => Assert.Contains("AuxiliaryWeight is", Assert.Throws<NativeSslException>(() => Fit(Short with { AuxiliaryWeight = weight })).Message));
        LabelledTexts three = new("three", Split.Train, ["a"], [2], ["a", "b", "c"]);
        Assert.Contains("3 classes", Assert.Throws<NativeSslException>(() => Fit(Short, three)).Message);
        Assert.Contains("have 3", Assert.Throws<NativeSslException>(() => Fit(Short, validation: three)).Message);
        Assert.Throws<NativeSslException>(() => new TextClassifier(SmallTexts.Encoder(), 1, new Init(Table.Cpu, 1)));
        Assert.Throws<NativeSslException>(() =>
            new TextClassifier(SmallTexts.Encoder(), 2, new Init(Table.Cpu, 1), TextPooling.Mean, new Pooler(new Init(Table.Cpu, 1), 16)));
    }
}
