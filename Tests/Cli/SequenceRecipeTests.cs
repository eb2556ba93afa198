using System.Text;
using NativeSsl.Cli;
using NativeSsl.Cli.Training;

namespace NativeSsl.Tests.Cli;

/// <summary>No field of a recipe for T5 is mere decoration, and what is wrong with one is said.</summary>
public sealed class SequenceRecipeTests : IDisposable
{
    static readonly CpuBackend Cpu = new(1);

    static readonly SpanCorruptionRecipe Spans = new()
    {
        Tokenizer = "character", Layers = 1, Heads = 2, Width = 8, HeadWidth = 4, Hidden = 16, Context = 24, ShortContext = 12, ShortShare = 0.5, Batch = 4, Steps = 4, WarmUp = 1, LearningRate = 0.05,
        FinalLearningRate = 0.001, WeightDecay = 0.5, Clip = 0.1,
    };

    static readonly TextToTextRecipe Pairs = new()
    {
        Tokenizer = "character", Layers = 1, Heads = 2, Width = 8, HeadWidth = 4, Hidden = 16, Context = 24, Length = 24, Batch = 4, Steps = 4, WarmUp = 1, LearningRate = 0.05,
        FinalLearningRate = 0.001, WeightDecay = 0.5, Clip = 0.1,
    };

    static readonly Dictionary<string, SpanCorruptionRecipe> ChangedSpans = new()
    {
        [nameof(SpanCorruptionRecipe.HeldOut)] = Spans with { HeldOut = "b.txt" },
        [nameof(SpanCorruptionRecipe.NoiseDensity)] = Spans with { NoiseDensity = 0.3 },
        [nameof(SpanCorruptionRecipe.MeanSpan)] = Spans with { MeanSpan = 1 },
        [nameof(SpanCorruptionRecipe.Context)] = Spans with { Context = 25 },
        [nameof(SpanCorruptionRecipe.ShortContext)] = Spans with { ShortContext = 11 },
        [nameof(SpanCorruptionRecipe.ShortShare)] = Spans with { ShortShare = 0.25 },
        [nameof(SpanCorruptionRecipe.Focused)] = Spans with { Focused = true },
        [nameof(SpanCorruptionRecipe.Tokenizer)] = Spans with { Tokenizer = "byte" },
        [nameof(SpanCorruptionRecipe.Sentinels)] = Spans with { Sentinels = 90 },
        [nameof(SpanCorruptionRecipe.Version)] = Spans with { Version = "1.1" },
        [nameof(SpanCorruptionRecipe.Layers)] = Spans with { Layers = 2 },
        [nameof(SpanCorruptionRecipe.Heads)] = Spans with { Heads = 3 },
        [nameof(SpanCorruptionRecipe.Width)] = Spans with { Width = 10 },
        [nameof(SpanCorruptionRecipe.HeadWidth)] = Spans with { HeadWidth = 5 },
        [nameof(SpanCorruptionRecipe.Hidden)] = Spans with { Hidden = 17 },
        [nameof(SpanCorruptionRecipe.Dropout)] = Spans with { Dropout = 0 },
        [nameof(SpanCorruptionRecipe.Batch)] = Spans with { Batch = 5 },
        [nameof(SpanCorruptionRecipe.Steps)] = Spans with { Steps = 5 },
        [nameof(SpanCorruptionRecipe.LearningRate)] = Spans with { LearningRate = 0.06 },
        [nameof(SpanCorruptionRecipe.FinalLearningRate)] = Spans with { FinalLearningRate = 0.002 },
        [nameof(SpanCorruptionRecipe.WarmUp)] = Spans with { WarmUp = 2 },
        [nameof(SpanCorruptionRecipe.Beta1)] = Spans with { Beta1 = 0.5 },
        [nameof(SpanCorruptionRecipe.Beta2)] = Spans with { Beta2 = 0.9 },
        [nameof(SpanCorruptionRecipe.WeightDecay)] = Spans with { WeightDecay = 0 },
        [nameof(SpanCorruptionRecipe.Clip)] = Spans with { Clip = 0 },
        [nameof(SpanCorruptionRecipe.Seed)] = Spans with { Seed = 1 },
    };

    // What a recipe for spans shares is tried above.
    static readonly Dictionary<string, TextToTextRecipe> ChangedPairs = new()
    {
        [nameof(TextToTextRecipe.Format)] = Pairs with { Format = "reversed" },
        [nameof(TextToTextRecipe.Prefix)] = Pairs with { Prefix = "restore: " },
        [nameof(TextToTextRecipe.Context)] = Pairs with { Context = 20 },
        [nameof(TextToTextRecipe.Length)] = Pairs with { Length = 20 },
        [nameof(TextToTextRecipe.Batch)] = Pairs with { Batch = 5 },
        [nameof(TextToTextRecipe.Seed)] = Pairs with { Seed = 1 },
    };

    readonly Scratch _scratch = new();

    public SequenceRecipeTests()
    {
        string[] some = [.. TextCorpus.BuiltIn().Text[..12_000].Split("\n\n").Where(text => text.Length > 0)];
        for (int i = 0; i < 6; i++) File.WriteAllLines(_scratch.File($"{(char)('a' + i)}.txt"), some.Where((_, place) => place % 6 == i));
    }

    public void Dispose() => _scratch.Dispose();

    public static TheoryData<string> SpanFields => [.. ChangedSpans.Keys];

    public static TheoryData<string> PairFields => [.. ChangedPairs.Keys];

    static double[] Train(Run run, int steps = 4)
    {
        Trainer trainer = run.NewTrainer();
        return [.. Enumerable.Range(0, steps).Select(_ => trainer.Step()).SelectMany(report => new[] { report.Loss, report.GradientNorm, report.LearningRate })];
    }

    double[] Train(SpanCorruptionRecipe recipe) => Train(SpanCorruptionRun.New(recipe with { Data = _scratch.Folder }, Cpu, Console.Silent));

    [Theory, MemberData(nameof(SpanFields))]
    public void A_run_depends_on_every_field(string field) => Assert.NotEqual(Train(Spans), Train(ChangedSpans[field]));

    [Theory, MemberData(nameof(PairFields))]
    public void So_does_one_of_text_to_text(string field) => Assert.NotEqual(Train(TextToTextRun.New(Pairs, Cpu)), Train(TextToTextRun.New(ChangedPairs[field], Cpu)));

    [Fact]
    public void No_field_was_forgotten()
    {
        string[] elsewhere = [nameof(Recipe.Objective), nameof(Recipe.Data), nameof(Recipe.CheckpointInterval), nameof(SequenceRecipe.EvaluationInterval), nameof(SequenceRecipe.Vocabulary)];
        Assert.Equal(Names<SpanCorruptionRecipe>().Order(), ChangedSpans.Keys.Concat(elsewhere).Order());
        // Whether a run begins with another one, and how it is judged, SequenceTrainingTests try.
        Assert.Equal(Names<TextToTextRecipe>().Order(), ChangedPairs.Keys.Union(Names<SequenceRecipe>()).Union([nameof(TextToTextRecipe.From), nameof(TextToTextRecipe.Judge)]).Order());

        static IEnumerable<string> Names<T>() => typeof(T).GetProperties().Select(property => property.Name);
    }

    [Fact]
    public void The_vocabulary_is_that_of_the_tokenizer_with_its_marks()
    {
        int Of(SpanCorruptionRecipe recipe) => ((T5)SpanCorruptionRun.New(recipe with { Data = _scratch.Folder }, Cpu, Console.Silent).Objective.Model).Sizes.Vocabulary;
        Assert.Equal(200, Of(Spans with { Tokenizer = "unigram", Vocabulary = 200 }));          // with a hundred sentinels of its own
        Assert.Equal(256 + 2 + 30, Of(Spans with { Tokenizer = "byte", Sentinels = 30 }));       // padding, end and sentinels behind
        Assert.Equal(150 + 30, Of(Spans with { Tokenizer = "wordpiece", Vocabulary = 150, Sentinels = 30 }));
    }

    [Fact]
    public void Version_one_has_a_table_and_a_relu_and_the_next_two_and_a_gate()
    {
        T5 first = Model("1.0"), second = Model("1.1");
        Assert.Equal((false, true), (first.Sizes.Gated, first.Sizes.Tied));
        Assert.Equal((true, false), (second.Sizes.Gated, second.Sizes.Tied));

        static T5 Model(string version) => (T5)(Spans with { Version = version }).NewObjective(new Init(Cpu, 1), new SequenceFrame(new ByteTokenizer())).Model;
    }

    [Fact]
    public void Pieces_are_learned_from_the_training_part_only()
    {
        File.WriteAllText(_scratch.File("z.txt"), string.Concat(Enumerable.Repeat("Xylophone zzyzx.\n", 200)));
        SpanCorruptionRecipe pieces = Spans with { Tokenizer = "unigram", Vocabulary = 300, Data = _scratch.Folder };
        Assert.DoesNotContain("zzyzx", SpanCorruptionRun.New(pieces with { HeldOut = "z.txt" }, Cpu, Console.Silent).Frame.Tokenizer.ToJson(), StringComparison.Ordinal);
        File.WriteAllText(_scratch.File("y.txt"), string.Concat(Enumerable.Repeat("A walrus sleeps on the quay.\n", 200)));
        SpanCorruptionRun other = SpanCorruptionRun.New(pieces with { HeldOut = "y.txt" }, Cpu, Console.Silent);
        Assert.Contains("zzyzx", other.Frame.Tokenizer.ToJson(), StringComparison.Ordinal);
        // What is kept apart is that file, and the rest is trained on.
        Assert.Equal(string.Join(' ', Enumerable.Repeat("A walrus sleeps on the quay.", 200)), other.Frame.Text(other.Source.HeldOut));
        Assert.DoesNotContain("walrus", other.Frame.Text(other.Source.Train), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"noiseDensity\": 0.15", "\"noiseDensity\": 0", "0.15 is usual")]
    [InlineData("\"noiseDensity\": 0.15", "\"noiseDensity\": 0.95", "from 0.01 to 0.9")]
    [InlineData("\"meanSpan\": 3", "\"meanSpan\": 0.5", "from 1 to 1000")]
    [InlineData("\"context\": 128", "\"context\": 2", "from 3 to 65536")]
    [InlineData("\"shortContext\": 16", "\"shortContext\": 2", "16 is short")]
    [InlineData("\"shortShare\": 0", "\"shortShare\": 1.5", "0.25 is usual")]
    [InlineData("\"focused\": false", "\"focused\": 0", "true or false is expected")]
    [InlineData("\"context\": 128", "\"context\": 4096", "'sentinels' is 100, but a context of 4096 has 227 spans")]
    [InlineData("\"sentinels\": 100", "\"sentinels\": 6", "a context of 128 has 7 spans")]
    [InlineData("\"sentinels\": 100", "\"sentinels\": 101", "100 of its own")]
    [InlineData("\"version\": \"1.0\"", "\"version\": \"2.0\"", "\"1.0\" or \"1.1\"")]
    [InlineData("\"version\": \"1.0\"", "\"version\": 1.0", "a string is expected")]
    [InlineData("\"tokenizer\": \"unigram\"", "\"tokenizer\": \"word\"", "\"unigram\", \"bpe\"")]
    [InlineData("\"headWidth\": 64", "\"headWidth\": 0", "64 is usual")]
    [InlineData("\"heldOut\": \"tenth\",", "", "'heldOut' is missing")]
    [InlineData("\"heldOut\": \"tenth\",", "\"heldOut\": \"tenth\", \"prefix\": \"a\",", "'prefix' is unknown")]
    [InlineData("\"objective\": \"span-corruption\"", "\"objective\": \"spans\"", "\"span-corruption\", \"text-to-text\"")]
    public void What_is_wrong_is_said_with_field_value_and_cure(string field, string instead, string said) => Refuses(new SpanCorruptionRecipe(), field, instead, said);

    [Fact]
    public void Short_windows_are_no_longer_than_the_others() =>
        Refuses(new SpanCorruptionRecipe { ShortShare = 0.1 }, "\"shortContext\": 16", "\"shortContext\": 129", "more than context 128");

    [Fact]
    public void The_first_steps_have_short_windows_and_about_as_many_tokens()
    {
        (int Windows, int Length)[] Shapes(SpanCorruptionRecipe recipe)
        {
            var frame = new SequenceFrame(new ByteTokenizer());
            IViewSource views = recipe.NewTrainingViews(Cpu, Enumerable.Range(0, 900).Select(i => i % 200).ToArray(), frame);
            return [.. Enumerable.Range(0, 4).Select(draw => views.Draw(draw).Indices[0].Shape).Select(shape => (shape[0], shape[1]))];
        }
        Assert.Equal([(32, 12), (32, 12), (16, 24), (16, 24)], Shapes(Spans with { Batch = 16 }));
        Assert.Equal(Enumerable.Repeat((16, 24), 4), Shapes(Spans with { Batch = 16, ShortShare = 0 }));
    }

    // Attention takes memory with the square of a window: what a run needs is not what its first, short steps need.
    [Fact]
    public void An_estimate_is_that_of_whole_windows()
    {
        long Bytes(double share)
        {
            var fresh = new CpuBackend(1);
            SpanCorruptionRecipe recipe = Spans with { Data = _scratch.Folder, Context = 400, ShortContext = 10, ShortShare = share };
            SpanCorruptionRun.New(recipe, fresh, Console.Silent).Estimate();
            return fresh.PoolBytes;
        }
        Assert.Equal(Bytes(share: 0), Bytes(share: 0.5));
    }

    [Theory]
    [InlineData("\"format\": \"pairs\"", "\"format\": \"lines\"", "\"pairs\", \"reversed\" or \"papers\"")]
    [InlineData("\"format\": \"pairs\"", "\"format\": \"papers\"", "no papers inside")]
    [InlineData("\"prefix\": \"rewrite: \"", "\"prefix\": \"\"", "must not be empty")]
    [InlineData("\"judge\": \"bleu\"", "\"judge\": \"meteor\"", "\"bleu\" or \"rouge\"")]
    [InlineData("\"from\": \"none\"", "\"from\": 1", "a string is expected")]
    [InlineData("\"length\": 64", "\"length\": 1", "64 is usual")]
    [InlineData("\"sentinels\": 100", "\"sentinels\": 101", "100 of its own")]
    [InlineData("\"batch\": 32", "\"batch\": 0", "32 is usual")]
    public void What_is_wrong_with_one_of_text_to_text_is_said_too(string field, string instead, string said) => Refuses(new TextToTextRecipe(), field, instead, said);

    static void Refuses(Recipe recipe, string field, string instead, string said)
    {
        string good = Encoding.UTF8.GetString(recipe.ToJson()), bad = good.Replace(field, instead, StringComparison.Ordinal);
        Assert.NotEqual(good, bad);
        Assert.Equal(recipe, Recipe.Parse(Encoding.UTF8.GetBytes(good), "r"));
        Assert.Contains(said, Assert.Throws<MalformedFileException>(() => Recipe.Parse(Encoding.UTF8.GetBytes(bad), "r")).Message, StringComparison.Ordinal);
    }
}
