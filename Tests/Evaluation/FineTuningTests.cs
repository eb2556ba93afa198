namespace NativeSsl.Tests.Evaluation;

public sealed class FineTuningTests
{
    static readonly ImageSet Train = Pictures.Bars(200, 1), Test = Pictures.Bars(100, 2);
    static readonly int[] Twenty = [.. Enumerable.Range(0, 20)];
    static readonly FineTuningOptions Short = new() { LeastSteps = 60, Epochs = 1, Batch = 16, LearningRate = 3e-3 };

    static FineTuned Fit(FineTuningOptions options, int[]? labelled = null, IBackend? backend = null) =>
        FineTuning.Fit(new Pictures.Encoder(backend ?? Table.Cpu, 1), Train, labelled ?? Twenty, FeaturesTests.Plain, options);

    static float[] Weights(FineTuned tuned) =>
        [.. tuned.Encoder.NamedTensors().Concat(tuned.Head.NamedTensors()).SelectMany(entry => entry.Tensor.ToArray())];

    [Fact]
    public void What_diverges_is_an_error_that_names_the_rate() => Assert.Contains("Lower the learning rate, which is 1E+30",
        Assert.Throws<DivergedException>(() => Fit(Short with { LearningRate = 1e30 })).Message, StringComparison.Ordinal);

    [Fact]
    public void Learns_from_few_labels()
    {
        FineTuned tuned = Fit(Short with { LeastSteps = 200 });
        Assert.True(tuned.Accuracy(Test) > 0.9, $"{tuned.Accuracy(Test)}");
        Assert.Equal(200 * 16, tuned.Cost.SamplesSeen);
        Assert.True(tuned.Cost.Seconds > 0 && tuned.Cost.Flops > 0);
        Assert.Null(tuned.HeldOutAccuracy);
    }

    [Fact]
    public void Draws_of_few_labels_are_trained_on_one_after_the_other()
    {
        List<ImageEncoder> begun = [];
        ImageEncoder New()
        {
            begun.Add(new Pictures.Encoder(Table.Cpu, 1));
            return begun[^1];
        }
        (Score accuracy, Cost cost) = FewLabelTuning.Of(New, Train, Test, LabelBudget.PerClass(2), FeaturesTests.Plain, Short, draws: 3);
        double[] each = [.. Enumerable.Range(0, 3).Select(draw => FineTuning.Fit(new Pictures.Encoder(Table.Cpu, 1), Train,
            LabelDraws.Of([.. Train.Labels!], LabelBudget.PerClass(2), draw), FeaturesTests.Plain, Short with { Seed = (ulong)draw }).Accuracy(Test))];
        Assert.Equal(Score.Of(each), accuracy);
        Assert.Equal((3, 3 * 60 * 8L), (begun.Distinct().Count(), cost.SamplesSeen));
        var unlabelled = new ImageSet("unlabelled", Train.Size, new byte[Train.Size.Bytes]);
        Assert.Contains("no labels", Assert.Throws<NativeSslException>(() =>
            FewLabelTuning.Of(New, unlabelled, Test, LabelBudget.PerClass(2), FeaturesTests.Plain, Short)).Message);
    }

    [Fact]
    public void The_same_bits_every_time_and_at_any_number_of_threads()
    {
        float[] once = Weights(Fit(Short));
        Assert.Equal(once, Weights(Fit(Short)));
        Assert.Equal(once, Weights(Fit(Short, backend: new CpuBackend(1))));
        Assert.NotEqual(once, Weights(Fit(Short with { Seed = 2 })));
    }

    [Fact]
    public void Begins_as_a_linear_probe_if_asked()
    {
        FineTuned still = Fit(Short with { ProbeFirst = true, LearningRate = 0, WeightDecay = 0, LeastSteps = 1 });
        var encoder = new Pictures.Encoder(Table.Cpu, 1);
        LinearProbe probe = LinearProbe.Fit(Features.Of(encoder, new SomeImages(Train, Twenty), Split.Train, FeaturesTests.Plain));
        Assert.Equal(probe.Predict(Features.Of(encoder, Test, Split.Test, FeaturesTests.Plain).Values), still.Predict(Test));
    }

    [Theory]
    [InlineData(0.0, 1.0, false, false), InlineData(1.0, 0.0, false, true), InlineData(0.5, 0.5, true, true)]
    public void Parts_learn_at_their_own_rates(double encoderRate, double layerDecay, bool firstMoves, bool secondMoves)
    {
        float[][] before = [.. new Pictures.Encoder(Table.Cpu, 1).NamedTensors().Select(entry => entry.Tensor.ToArray())];
        FineTuned tuned = Fit(Short with { EncoderRate = encoderRate, LayerDecay = layerDecay, LeastSteps = 3 });
        float[][] after = [.. tuned.Encoder.NamedTensors().Select(entry => entry.Tensor.ToArray())];
        Assert.Equal([firstMoves, firstMoves, secondMoves, secondMoves], before.Zip(after, (a, b) => !a.AsSpan().SequenceEqual(b)));
    }

    // The first step of Adam moves by the learning rate, whatever the gradient.
    [Fact]
    public void A_rate_is_a_factor_on_the_classifiers()
    {
        float[] before = new Pictures.Encoder(Table.Cpu, 1).NamedTensors().First().Tensor.ToArray();
        FineTuningOptions options = Short with { EncoderRate = 0.5, LayerDecay = 0.25, LeastSteps = 1, Epochs = 0, WeightDecay = 0 };
        float[] after = Fit(options).Encoder.NamedTensors().First().Tensor.ToArray();
        Assert.Equal(3e-3 * 0.5 * 0.25, before.Zip(after, (a, b) => Math.Abs(a - b)).Max(), 1e-6);
    }

    [Fact]
    public void Keeps_what_did_best_on_held_out_labels()
    {
        // A learning rate that ruins what was learned: the last step is not the best one.
        FineTuningOptions options = Short with { HeldOutParts = 4, LearningRate = 1.0, LeastSteps = 200, Patience = 100 };
        int[] labelled = [.. Enumerable.Range(0, 160)], part = Folds.Parts([.. labelled.Select(i => i % 4)], 4, 4, seed: 0);
        FineTuned tuned = Fit(options, labelled);
        Assert.Equal(tuned.HeldOutAccuracy!.Value, tuned.Accuracy(new SomeImages(Train, [.. labelled.Where(i => part[i] == 0)])));
        Assert.True(Fit(Short with { HeldOutParts = 4, LeastSteps = 4000, Patience = 2 }, labelled).Cost.SamplesSeen < 4000 * 16);
    }

    [Fact]
    public void Held_out_labels_are_not_learned_from()
    {
        int[] labelled = [.. Enumerable.Range(0, 160)], part = Folds.Parts([.. labelled.Select(i => i % 4)], 4, 4, seed: 0);
        List<int> seen = [];
        FineTuning.Fit(new Pictures.Encoder(Table.Cpu, 1), Train, labelled, (backend, images, places) =>
        {
            if (Step.Current!.Training) seen.AddRange(places.ToArray());
            return FeaturesTests.Plain(backend, images, places);
        }, Short with { HeldOutParts = 4 });
        Assert.All(seen, place => Assert.NotEqual(0, part[place]));
        Assert.Equal(120, seen.Distinct().Count());
    }

    [Fact]
    public void Statistics_of_pretraining_are_kept_if_asked_and_every_step_is_augmented()
    {
        int augmented = 0;
        FineTuningOptions options = Short with { LeastSteps = 7, Augment = x => { augmented++; return x; } };
        Assert.All(((Pictures.Encoder)Fit(options).Encoder).Trainings, Assert.True);
        Assert.All(((Pictures.Encoder)Fit(options with { KeepStatistics = true }).Encoder).Trainings, Assert.False);
        Assert.Equal(14, augmented);
    }

    [Fact]
    public void Every_label_is_seen_equally_often()
    {
        var order = new LabelledOrder([.. Enumerable.Range(100, 10)], 4, seed: 1);
        int[] places = [.. Enumerable.Range(0, 10).SelectMany(step => order.At(step))];
        Assert.All(places.GroupBy(place => place), group => Assert.Equal(4, group.Count()));
        Assert.NotEqual(places[..10], places[10..20]);
    }

    [Fact]
    public void Complains_in_full()
    {
        Assert.Throws<NativeSslException>(() => Fit(Short, []));
        var unlabelled = new ImageSet("unlabelled", new ImageSize(8, 8, 1), new byte[64]);
        Assert.Throws<NativeSslException>(() =>
            FineTuning.Fit(new Pictures.Encoder(Table.Cpu, 1), unlabelled, [0], FeaturesTests.Plain, Short));
        Assert.Throws<NativeSslException>(() => Fit(Short).Accuracy(unlabelled));
        Assert.Contains("trained: true", Assert.Throws<NativeSslException>(() =>
            FineTuning.Fit(new Pictures.Encoder(Table.Cpu, 1, trained: false), Train, Twenty, FeaturesTests.Plain, Short)).Message);
    }
}
