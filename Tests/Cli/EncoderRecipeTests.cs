using System.Text;
using NativeSsl.Cli;
using NativeSsl.Cli.Training;

namespace NativeSsl.Tests.Cli;

/// <summary>No field of a recipe for text encoders is mere decoration, and what is wrong with one is said.</summary>
public sealed class EncoderRecipeTests : IDisposable
{
    static readonly CpuBackend Cpu = new(1);

    static readonly MaskedWordsRecipe Tiny = new()
    {
        Tokenizer = "character", Layers = 1, Heads = 2, Width = 8, Context = 24, Batch = 4, Steps = 4, WarmUp = 1, LearningRate = 0.05, FinalLearningRate = 0.001,
        WeightDecay = 0.5, Clip = 0.1, Pairs = "order",
    };

    static readonly Dictionary<string, MaskedWordsRecipe> Changed = new()
    {
        [nameof(MaskedWordsRecipe.Tokenizer)] = Tiny with { Tokenizer = "byte" },
        [nameof(MaskedWordsRecipe.Layers)] = Tiny with { Layers = 2 },
        [nameof(MaskedWordsRecipe.Heads)] = Tiny with { Heads = 4 },
        [nameof(MaskedWordsRecipe.Width)] = Tiny with { Width = 12 },
        [nameof(MaskedWordsRecipe.Context)] = Tiny with { Context = 25 },
        [nameof(MaskedWordsRecipe.Dropout)] = Tiny with { Dropout = 0 },
        [nameof(MaskedWordsRecipe.Pairs)] = Tiny with { Pairs = "none" },
        [nameof(MaskedWordsRecipe.HeldOut)] = Tiny with { HeldOut = "b.txt" },
        [nameof(MaskedWordsRecipe.MaskedShare)] = Tiny with { MaskedShare = 0.3 },
        [nameof(MaskedWordsRecipe.CountedBias)] = Tiny with { CountedBias = true },
        [nameof(MaskedWordsRecipe.Focused)] = Tiny with { Focused = true },
        [nameof(MaskedWordsRecipe.Batch)] = Tiny with { Batch = 5 },
        [nameof(MaskedWordsRecipe.Steps)] = Tiny with { Steps = 5 },
        [nameof(MaskedWordsRecipe.LearningRate)] = Tiny with { LearningRate = 0.06 },
        [nameof(MaskedWordsRecipe.FinalLearningRate)] = Tiny with { FinalLearningRate = 0.002 },
        [nameof(MaskedWordsRecipe.WarmUp)] = Tiny with { WarmUp = 2 },
        [nameof(MaskedWordsRecipe.Beta1)] = Tiny with { Beta1 = 0.5 },
        [nameof(MaskedWordsRecipe.Beta2)] = Tiny with { Beta2 = 0.9 },
        [nameof(MaskedWordsRecipe.BiasCorrection)] = Tiny with { BiasCorrection = true },
        [nameof(MaskedWordsRecipe.WeightDecay)] = Tiny with { WeightDecay = 0 },
        [nameof(MaskedWordsRecipe.Clip)] = Tiny with { Clip = 0 },
        [nameof(MaskedWordsRecipe.Seed)] = Tiny with { Seed = 1 },
    };

    readonly Scratch _scratch = new();

    public EncoderRecipeTests()
    {
        string[] some = [.. TextCorpus.BuiltIn().Text[..12_000].Split("\n\n").Where(text => text.Length > 0)];
        for (int i = 0; i < 6; i++) File.WriteAllLines(_scratch.File($"{(char)('a' + i)}.txt"), some.Where((_, place) => place % 6 == i));
    }

    public void Dispose() => _scratch.Dispose();

    public static TheoryData<string> Fields => [.. Changed.Keys];

    double[] Train(MaskedWordsRecipe recipe, int steps = 4)
    {
        Trainer trainer = MaskedWordsRun.New(recipe with { Data = _scratch.Folder }, Cpu, Console.Silent).NewTrainer();
        return [.. Enumerable.Range(0, steps).Select(_ => trainer.Step()).SelectMany(report => new[] { report.Loss, report.GradientNorm, report.LearningRate })];
    }

    [Theory, MemberData(nameof(Fields))]
    public void A_run_depends_on_every_field(string field) => Assert.NotEqual(Train(Tiny), Train(Changed[field]));

    [Fact]
    public void With_few_samples_it_depends_on_how_often_they_are_covered_anew_and_the_vocabulary_on_pieces()
    {
        MaskedWordsRecipe none = Tiny with { Pairs = "none", Batch = 64, Context = 200 };                  // an epoch in a step
        Assert.NotEqual(Train(none with { Maskings = 0 }), Train(none with { Maskings = 1 }));
        MaskedWordsRecipe pieces = Tiny with { Tokenizer = "wordpiece", Vocabulary = 200 };
        Assert.NotEqual(Train(pieces, 1), Train(pieces with { Vocabulary = 190 }, 1));
        Assert.Equal(200, ((MaskedWords)MaskedWordsRun.New(pieces with { Data = _scratch.Folder, Pairs = "none" }, Cpu, Console.Silent).Objective).Encoder.Vocabulary);
    }

    [Fact]
    public void No_field_was_forgotten() => Assert.Equal(typeof(MaskedWordsRecipe).GetProperties().Select(property => property.Name).Order(),
        Changed.Keys.Concat([nameof(Recipe.Objective), nameof(Recipe.Data), nameof(Recipe.CheckpointInterval), nameof(MaskedWordsRecipe.EvaluationInterval),
            nameof(MaskedWordsRecipe.Maskings), nameof(MaskedWordsRecipe.Vocabulary)]).Order());

    [Theory, InlineData("next"), InlineData("order"), InlineData("none")]
    public void With_a_counted_bias_it_begins_where_counting_ends_and_not_at_chance(string pairs)
    {
        MaskedWordsRecipe recipe = Tiny with { Data = _scratch.Folder, Pairs = pairs };
        MaskedWordsRun zero = MaskedWordsRun.New(recipe, Cpu, Console.Silent), counted = MaskedWordsRun.New(recipe with { CountedBias = true }, Cpu, Console.Silent);
        double counts = new WordFrequencies(counted.Source.Train, counted.Source.Marks.Vocabulary).Loss(counted.ValidationViews()).Loss, chance = Math.Log(counted.Source.Marks.Vocabulary);
        Assert.True(counts < chance - 0.5, $"counts {counts:F3}, chance {chance:F3}");
        Assert.Equal(chance, Words(zero), 0.1);
        Assert.Equal(counts, Words(counted), 0.1);

        static double Words(MaskedWordsRun run) => new MaskedWords(run.Encoder, run.Head).MeanLoss(Cpu, run.ValidationViews());
    }

    [Fact]
    public void The_learning_rate_rises_and_falls_in_straight_lines()
    {
        Schedule rates = new MaskedWordsRecipe { Steps = 100, WarmUp = 10, LearningRate = 1, FinalLearningRate = 0.1 }.LearningRates();
        Assert.Equal([1 / 11.0, 10 / 11.0, 1, 0.55, 0.1, 0.1], new long[] { 0, 9, 10, 55, 100, 1000 }.Select(rates.At), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Theory]
    [InlineData("\"pairs\": \"next\"", "\"pairs\": \"previous\"", "\"next\", \"order\" or \"none\"")]
    [InlineData("\"tokenizer\": \"wordpiece\"", "\"tokenizer\": \"word\"", "\"wordpiece\", \"bpe\"")]
    [InlineData("\"maskedShare\": 0.15", "\"maskedShare\": 0", "0.15 is usual")]
    [InlineData("\"maskings\": 1", "\"maskings\": -1", "10 without")]
    [InlineData("\"context\": 128", "\"context\": 4", "from 5 to 65536")]
    [InlineData("\"heads\": 4", "\"heads\": 3", "does not divide")]
    [InlineData("\"biasCorrection\": false", "\"biasCorrection\": 0", "true or false is expected")]
    [InlineData("\"focused\": false", "\"focused\": 0", "true or false is expected")]
    [InlineData("\"objective\": \"masked-words\"", "\"objective\": \"masked-word\"", "\"masked-words\", \"simcse\"")]
    public void What_is_wrong_is_said_with_field_value_and_cure(string field, string instead, string said) => Refuses(new MaskedWordsRecipe(), field, instead, said);

    [Theory]
    [InlineData("\"sentence\": 32", "\"sentence\": 129", "more than context 128")]
    [InlineData("\"samples\": \"sentences\"", "\"samples\": \"pairs\"", "\"sentences\" or \"lines\"")]
    [InlineData("\"pooling\": \"first\"", "\"pooling\": \"last\"", "\"first\" or \"mean\"")]
    [InlineData("\"batch\": 64", "\"batch\": 1", "nothing to differ from")]
    [InlineData("\"from\": \"none\"", "\"from\": \"\"", "must not be empty")]
    public void What_is_wrong_with_one_for_sentences_is_said_too(string field, string instead, string said) => Refuses(new SimCseRecipe(), field, instead, said);

    static void Refuses(Recipe recipe, string field, string instead, string said)
    {
        string good = Encoding.UTF8.GetString(recipe.ToJson()), bad = good.Replace(field, instead, StringComparison.Ordinal);
        Assert.NotEqual(good, bad);
        Assert.Equal(recipe, Recipe.Parse(Encoding.UTF8.GetBytes(good), "r"));
        Assert.Contains(said, Assert.Throws<MalformedFileException>(() => Recipe.Parse(Encoding.UTF8.GetBytes(bad), "r")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokens_of_a_large_corpus_go_to_a_file_that_is_found_again_and_made_anew_if_it_is_broken_or_the_text_has_changed()
    {
        string folder = _scratch.File("tokens");
        var cache = new TokenCache(folder, memoryBytes: 1000);
        TokenStore Read()
        {
            TokenStore store = cache.Read(Documents.Load(_scratch.Folder), new ByteTokenizer(), 32);
            store.Dispose();
            return store;
        }
        TokenStore first = Read();
        Assert.True(first.IsOnDisk);
        string file = Directory.GetFiles(folder).Single();
        DateTime made = File.GetLastWriteTimeUtc(file);
        Assert.Equal((first.Fingerprint, made), (Read().Fingerprint, File.GetLastWriteTimeUtc(file)));
        Assert.Equal(first.Fingerprint, TokenStore.InMemory(Documents.Load(_scratch.Folder).Passages(), new ByteTokenizer().Encode, 32).Fingerprint);
        File.WriteAllText(file, "broken");
        Assert.Equal(first.Fingerprint, Read().Fingerprint);
        File.AppendAllText(_scratch.File("a.txt"), "More.\n");
        Assert.NotEqual(first.Fingerprint, Read().Fingerprint);
        Assert.False(new TokenCache(folder).Read(Documents.Load(_scratch.Folder), new ByteTokenizer(), 32).IsOnDisk);
    }
}
