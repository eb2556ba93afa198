using NativeSsl.Kernels;
using static NativeSsl.Tests.Gpu.ReplayTasks;

namespace NativeSsl.Tests.Gpu;

/// <summary>Steps that a device does again by itself are those that it is asked for one order at a time, bit for bit.</summary>
public sealed class ReplayTests
{
    [Fact]
    public void Steps_of_a_GPT_with_dropout() => Assert.StartsWith("4 replayed; ", Same(SmallGpt, steps: 5));

    [Fact]
    public void Running_statistics_and_views_that_are_tensors() => Assert.StartsWith("3 replayed; ", Same(gpu => (new Normed(gpu), new Points(gpu)), steps: 4));

    [Fact]
    public void Several_micro_batches() => Assert.StartsWith("2 replayed; ", Same(SmallGpt, microBatches: 2, steps: 3));

    // Learning rates, what they make of moments, a teacher's momentum and a temperature: other numbers at every step.
    public static TheoryData<string> Optimizers => ["adamW", "sgd", "lars"];

    [Theory, MemberData(nameof(Optimizers))]
    public void Numbers_that_are_others_at_every_step(string optimizer) => Assert.StartsWith("4 replayed; ", Same(gpu => (new Followed(gpu), new Points(gpu)), steps: 5, player: new(
        parameters => optimizer switch { "adamW" => new AdamW(parameters), "sgd" => new Sgd(parameters, 0.9), _ => new NativeSsl.Lars(parameters, trust: 0.1) }, new LinearWarmup(2, new Cosine(0.1, 0.01, 3)))));

    // Steps 1, 2, 4 and 8 are looked at and done in full, before and behind those that are replayed.
    [Fact]
    public void A_teacher_follows_whether_a_step_is_replayed_or_not() => Assert.StartsWith("4 replayed; ", Same(gpu => (new Followed(gpu), new Points(gpu)), healthInterval: 50, steps: 9));

    // Steps 1, 2 and 4 are looked at and done in full; 3 is recorded.
    [Fact]
    public void Steps_that_are_examined_are_done_in_full() => Assert.StartsWith("1 replayed; ", Same(SmallGpt, healthInterval: 50, steps: 5));

    [OpenClTheory, InlineData(1)]
    public void On_OpenCL_too(int microBatches)
    {
        Assert.StartsWith("2 replayed; ", Same(Devices.OpenCl, Devices.OpenCl, TenSteps.Gpt, microBatches, steps: 3));
        Assert.StartsWith("1 replayed; ", Same(Devices.OpenCl, Devices.OpenCl, TenSteps.SimClr, microBatches, steps: 2));
    }

    // One target does not count, and then more or fewer: the mean is over those that do.
    [Fact]
    public void Targets_of_which_other_numbers_count()
    {
        Assert.StartsWith("4 replayed; ", Same(gpu => Learning(gpu, model => new NextToken(model), [1, 1, 0, 3, 1]), steps: 5));
    }

    // What stands before a target is made of the targets by the host; sentences are of other lengths in every batch.
    [Fact]
    public void A_model_that_reads_and_writes() => Assert.StartsWith("3 replayed; ", Same(gpu => (new TextToText(new T5(new T5.Config
        { Vocabulary = 11, Layers = 1, Heads = 2, Width = 8, HeadWidth = 4, Hidden = 16, Dropout = 0.1f }, new Init(gpu, 1)), padding: 0), new PaddedPairs(gpu)), steps: 4));

    // The same sentences twice in a batch, of other lengths each time.
    [Fact]
    public void Sentences_read_twice() => Assert.StartsWith("3 replayed; ", Same(gpu => (new SimCse(new Bert(new Bert.Config
        { Vocabulary = 11, Context = 5, Layers = 1, Heads = 2, Width = 8, Dropout = 0.1f }, new Init(gpu, 1)), new Init(gpu, 2)), new PaddedSentences(gpu)), steps: 4));

    // Three terms, then four, then three again.
    [Fact]
    public void Views_of_another_number_of_terms_are_done_in_full() => Assert.StartsWith("2 replayed; ", Same(gpu =>
        Learning(gpu, model => new Altered(model, (loss, views) => loss * views.Terms), [3, 3, 3, 3]) is var (objective, views) ? (objective, new OtherTerms(views)) : default, steps: 4));

    [Fact]
    public void Another_precision_is_recorded_anew()
    {
        double[] Losses(bool replays)
        {
            using GpuBackend gpu = GpuBackend.Simulator();
            using Trainer trainer = TenSteps.Training(SmallGpt(gpu), replays, healthInterval: 0);
            List<double> losses = [];
            for (int i = 0; i < 6; i++)
            {
                gpu.MatMulPrecision = i < 3 ? MatMulPrecision.Float32 : MatMulPrecision.BFloat16;
                losses.Add(trainer.Step().Loss);
            }
            if (replays) Assert.StartsWith("4 replayed; ", trainer.Replays);
            return [.. losses];
        }
        Assert.Equal(Losses(false), Losses(true));
    }

    [Fact]
    public void A_model_that_moved_in_memory_is_recorded_anew()
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        (Objective objective, IViewSource views) = SmallGpt(gpu);
        using Trainer trainer = TenSteps.Training((objective, views), replays: true, healthInterval: 0);
        trainer.Step();
        using Trainer other = TenSteps.Training((objective, views), replays: false, healthInterval: 0);         // its parameters take the tensors with them
        double plain = other.Step().Loss;
        Assert.True(double.IsFinite(plain));
        trainer.Step();
        Assert.StartsWith("0 replayed; ", trainer.Replays);
    }
}
