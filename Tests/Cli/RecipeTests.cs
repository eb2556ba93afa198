using NativeSsl.Cli;
using NativeSsl.Cli.Training;

namespace NativeSsl.Tests.Cli;

/// <summary>No field of a recipe is mere decoration.</summary>
public sealed class RecipeTests
{
    static readonly CpuBackend Cpu = new(1);
    static readonly TextRecipe Tiny = new()
    {
        Layers = 1, Heads = 2, Width = 16, Context = 8, Batch = 4, Steps = 6, WarmUp = 2,
        LearningRate = 0.01, FinalLearningRate = 0.001, Dropout = 0.1, Clip = 0.5,
    };

    static readonly Dictionary<string, TextRecipe> Changed = new()
    {
        [nameof(TextRecipe.Tokenizer)] = Tiny with { Tokenizer = "byte" },
        [nameof(TextRecipe.Layers)] = Tiny with { Layers = 2 },
        [nameof(TextRecipe.Heads)] = Tiny with { Heads = 4 },
        [nameof(TextRecipe.Width)] = Tiny with { Width = 32 },
        [nameof(TextRecipe.Context)] = Tiny with { Context = 9 },
        [nameof(TextRecipe.Bias)] = Tiny with { Bias = true },
        [nameof(TextRecipe.Dropout)] = Tiny with { Dropout = 0 },
        [nameof(TextRecipe.Focused)] = Tiny with { Focused = true },
        [nameof(TextRecipe.Batch)] = Tiny with { Batch = 5 },
        [nameof(TextRecipe.Steps)] = Tiny with { Steps = 7 },
        [nameof(TextRecipe.LearningRate)] = Tiny with { LearningRate = 0.02 },
        [nameof(TextRecipe.FinalLearningRate)] = Tiny with { FinalLearningRate = 0.002 },
        [nameof(TextRecipe.WarmUp)] = Tiny with { WarmUp = 3 },
        [nameof(TextRecipe.Beta1)] = Tiny with { Beta1 = 0.8 },
        [nameof(TextRecipe.Beta2)] = Tiny with { Beta2 = 0.9 },
        [nameof(TextRecipe.WeightDecay)] = Tiny with { WeightDecay = 0 },
        [nameof(TextRecipe.Clip)] = Tiny with { Clip = 0 },
        [nameof(TextRecipe.Seed)] = Tiny with { Seed = 1 },
    };

    public static TheoryData<string> Fields => [.. Changed.Keys];

    static (double Loss, double GradientNorm, double LearningRate)[] Train(TextRecipe recipe)
    {
        Trainer trainer = TextRun.New(recipe, Cpu, Console.Silent).NewTrainer();
        return [.. Enumerable.Range(0, 6).Select(_ => trainer.Step()).Select(report => (report.Loss, report.GradientNorm, report.LearningRate))];
    }

    [Theory, MemberData(nameof(Fields))]
    public void A_run_depends_on_every_field(string field) => Assert.NotEqual(Train(Tiny), Train(Changed[field]));

    [Fact]
    public void No_field_was_forgotten() => Assert.Equal(
        typeof(TextRecipe).GetProperties().Select(property => property.Name).Order(),
        Changed.Keys.Concat([nameof(TextRecipe.Objective), nameof(TextRecipe.Data), nameof(TextRecipe.EvaluationInterval),
            nameof(TextRecipe.CheckpointInterval), nameof(TextRecipe.Vocabulary), nameof(TextRecipe.HeldOut)]).Order());

    [Fact]
    public void With_pieces_it_depends_on_their_number_and_with_documents_on_which_are_kept_apart()
    {
        TextRecipe pieces = Tiny with { Tokenizer = "bpe", Vocabulary = 300 };
        Assert.NotEqual(Train(pieces), Train(pieces with { Vocabulary = 290 }));
        Assert.Equal(300, TextRun.New(pieces, Cpu, Console.Silent).Model.Vocabulary);
        using Scratch scratch = new();
        foreach (char name in "abc") File.WriteAllText(scratch.File($"{name}.txt"), string.Join('\n', Enumerable.Repeat($"This is the text of {name}.", 20)));
        TextRecipe folder = Tiny with { Data = scratch.Folder };
        Assert.NotEqual(Train(folder), Train(folder with { HeldOut = "a.txt" }));
        Assert.Equal(Train(folder), Train(folder with { HeldOut = "c.txt" }));                                // the last of three is their last tenth
        Assert.Contains("single text", Assert.Throws<NativeSslException>(() => Train(Tiny with { HeldOut = "a.txt" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_learning_rate_rises_over_the_warm_up_and_falls_over_the_rest()
    {
        double Cosine(int step) => 0.001 + 0.009 * 0.5 * (1 + Math.Cos(Math.PI * step / 4));
        double[] expected = [0.01 / 3, 0.02 / 3, Cosine(0), Cosine(1), Cosine(2), Cosine(3)];
        Assert.All(expected.Zip(Train(Tiny)), pair => Assert.Equal(pair.First, pair.Second.LearningRate, 1e-12));
    }

    [Fact]
    public void Validation_and_checkpoints_come_at_their_intervals()
    {
        using Scratch scratch = new();
        TextRecipe recipe = Tiny with { EvaluationInterval = 2, CheckpointInterval = 5 };
        using RunDirectory run = RunDirectory.Create(scratch.File("run"), recipe);
        TextRun.New(recipe, Cpu, Console.Silent).NewTrainer().Run(run);
        Assert.Equal([2, 4, 6], MetricsLog.Read(run.MetricsPath).Where(line => line.Values.ContainsKey("validationLoss")).Select(line => line.Step));
        Assert.Equal([6, 5], RunDirectory.Checkpoints(run.Path).Select(checkpoint => checkpoint.Step));
    }
}
