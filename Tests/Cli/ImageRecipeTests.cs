using System.Text;
using NativeSsl.Cli.Training;

namespace NativeSsl.Tests.Cli;

/// <summary>No field of a recipe for images is mere decoration, and what is wrong with one is said.</summary>
public sealed class ImageRecipeTests : IDisposable
{
    const int Images = 32, Record = 1 + 3 * 32 * 32;

    static readonly CpuBackend Cpu = new(1);

    static readonly ImageRecipe Tiny = new()
    {
        Width = 2, HeadWidth = 4, Projection = 4, Batch = 8, Steps = 4, WarmUp = 1, LearningRate = 0.05, FinalLearningRate = 0.001,
        WeightDecay = 0.5, Clip = 0.1, Blur = 0.5,
    };

    static readonly Dictionary<string, ImageRecipe> Changed = new()
    {
        [nameof(ImageRecipe.Encoder)] = Tiny with { Encoder = "resnet-small" },
        [nameof(ImageRecipe.Width)] = Tiny with { Width = 3 },
        [nameof(ImageRecipe.HeadWidth)] = Tiny with { HeadWidth = 5 },
        [nameof(ImageRecipe.Projection)] = Tiny with { Projection = 5 },
        [nameof(ImageRecipe.Temperature)] = Tiny with { Temperature = 0.4 },
        [nameof(ImageRecipe.CropArea)] = Tiny with { CropArea = 0.5 },
        [nameof(ImageRecipe.Flip)] = Tiny with { Flip = 1 },
        [nameof(ImageRecipe.Jitter)] = Tiny with { Jitter = 0.1 },
        [nameof(ImageRecipe.Grayscale)] = Tiny with { Grayscale = 1 },
        [nameof(ImageRecipe.Blur)] = Tiny with { Blur = 1 },
        [nameof(ImageRecipe.Batch)] = Tiny with { Batch = 9 },
        [nameof(ImageRecipe.Steps)] = Tiny with { Steps = 5 },
        [nameof(ImageRecipe.LearningRate)] = Tiny with { LearningRate = 0.06 },
        [nameof(ImageRecipe.FinalLearningRate)] = Tiny with { FinalLearningRate = 0.002 },
        [nameof(ImageRecipe.WarmUp)] = Tiny with { WarmUp = 2 },
        [nameof(ImageRecipe.Optimizer)] = Tiny with { Optimizer = "lars" },
        [nameof(ImageRecipe.Momentum)] = Tiny with { Momentum = 0.5 },
        [nameof(ImageRecipe.WeightDecay)] = Tiny with { WeightDecay = 0 },
        [nameof(ImageRecipe.Clip)] = Tiny with { Clip = 0 },
        [nameof(ImageRecipe.Seed)] = Tiny with { Seed = 1 },
    };

    readonly Scratch _scratch = new();

    public ImageRecipeTests()
    {
        var random = new RandomSource(1, 0);
        File.WriteAllBytes(_scratch.File("images.bin"), [.. Enumerable.Range(0, Images * Record).Select(i => (byte)(i % Record == 0 ? i / Record % 10 : random.NextInt(256)))]);
    }

    public void Dispose() => _scratch.Dispose();

    public static TheoryData<string> Fields => [.. Changed.Keys];

    double[] Train(ImageRecipe recipe)
    {
        Trainer trainer = ImageRun.New(recipe with { Data = _scratch.File("images.bin") }, Cpu).NewTrainer();
        return [.. Enumerable.Range(0, 4).Select(_ => trainer.Step()).SelectMany(report => new[] { report.Loss, report.GradientNorm, report.LearningRate })];
    }

    [Theory, MemberData(nameof(Fields))]
    public void A_run_depends_on_every_field(string field) => Assert.NotEqual(Train(Tiny), Train(Changed[field]));

    [Fact]
    public void No_field_was_forgotten() => Assert.Equal(typeof(ImageRecipe).GetProperties().Select(property => property.Name).Order(),
        Changed.Keys.Concat([nameof(Recipe.Objective), nameof(Recipe.Data), nameof(Recipe.CheckpointInterval)]).Order());

    [Fact]
    public void Every_recipe_of_the_program_is_written_as_it_is_read()
    {
        foreach (string name in RecipeShelf.Names)
        {
            byte[] file = File.ReadAllBytes(Path.Combine(RepositoryRoot.Path, "Cli", "Recipes", $"{name}.json"));
            Assert.Equal(Encoding.UTF8.GetString(file), Encoding.UTF8.GetString(RecipeShelf.Find(name).ToJson()));
        }
        Assert.Contains(RecipeShelf.Names, name => RecipeShelf.Find(name) is ImageRecipe);
    }

    [Theory]
    [InlineData("\"encoder\": \"convolutions\"", "\"encoder\": \"transformer\"", "none of the known ones (\"convolutions\"")]
    [InlineData("\"optimizer\": \"adamW\"", "\"optimizer\": \"adam\"", "\"adamW\", \"lars\" or \"sgd\"")]
    [InlineData("\"batch\": 256", "\"batch\": 1", "'batch' is 1; it must be from 2")]
    [InlineData("\"temperature\": 0.5", "\"temperature\": 0", "0.5 is usual for small images")]
    [InlineData("\"cropArea\": 0.2", "\"cropArea\": 2", "1 does not crop")]
    [InlineData("  \"blur\": 0,\n", "", "'blur' is missing")]
    [InlineData("  \"blur\": 0,\n", "  \"layers\": 4,\n", "'layers' is unknown. Known are objective, data, encoder")]
    [InlineData("\"objective\": \"simclr\"", "\"objective\": \"next-token\"", "'encoder' is unknown. Known are objective, data, tokenizer")]
    [InlineData("\"objective\": \"simclr\"", "\"objective\": \"rotation\"", "none of the known ones (\"next-token\", \"masked-words\", \"simcse\", \"span-corruption\", \"text-to-text\" or \"simclr\")")]
    [InlineData("\"finalLearningRate\": 0", "\"finalLearningRate\": 1", "above learningRate 0.002")]
    public void What_is_wrong_is_said_with_field_value_and_cure(string field, string instead, string said)
    {
        string good = Encoding.UTF8.GetString(new ImageRecipe().ToJson()), bad = good.Replace(field, instead, StringComparison.Ordinal);
        Assert.NotEqual(good, bad);
        Assert.Equal(new ImageRecipe(), Recipe.Parse(Encoding.UTF8.GetBytes(good), "r"));
        Assert.Contains(said, Assert.Throws<MalformedFileException>(() => Recipe.Parse(Encoding.UTF8.GetBytes(bad), "r")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_made_in_code_is_checked_too()
    {
        Assert.Contains("NaN", Assert.Throws<NativeSslException>(() => new ImageRecipe { Temperature = double.NaN }.Check()).Message, StringComparison.Ordinal);
        Assert.Throws<NativeSslException>(() => new ImageRecipe { Encoder = "none" }.Check());
        Assert.Throws<NativeSslException>(() => new ImageRecipe { Objective = "next-token" }.Check());
    }
}
