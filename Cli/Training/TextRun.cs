using System.Security.Cryptography;
using System.Text;

namespace NativeSsl.Cli.Training;

/// <summary>A recipe come to life: text, tokenizer, model and trainer.</summary>
sealed class TextRun
{
    TextRun(Recipe recipe, IBackend backend, TextCorpus corpus, ITokenizer tokenizer)
    {
        (Recipe, Corpus, Tokenizer, _backend) = (recipe, corpus, tokenizer, backend);
        Model = NewModel();
        Objective = new NextToken(Model);
        Train = tokenizer.Encode(corpus.Train);
        Validation = tokenizer.Encode(corpus.Validation);
    }

    readonly IBackend _backend;

    internal Recipe Recipe { get; }
    internal TextCorpus Corpus { get; }
    internal ITokenizer Tokenizer { get; }
    internal Gpt Model { get; }
    internal NextToken Objective { get; }
    internal int[] Train { get; }
    internal int[] Validation { get; }

    internal static TextRun New(Recipe recipe, IBackend backend)
    {
        if (recipe.Objective != "next-token") throw new NativeSslException($"recipe: objective '{recipe.Objective}' is unknown; this program trains 'next-token'.");
        TextCorpus corpus = TextCorpus.Load(recipe.Data);
        return new TextRun(recipe, backend, corpus, NativeSsl.Tokenizer.Create(recipe.Tokenizer, corpus.Text));
    }

    /// <summary>A run from the disk, with the tokenizer it was begun with; on another text if one is named.</summary>
    internal static TextRun Load(string directory, IBackend backend, string? data = null)
    {
        Recipe recipe = Recipe.Load(Path.Combine(directory, "recipe.json"));
        return new TextRun(recipe, backend, TextCorpus.Load(data ?? recipe.Data), NativeSsl.Tokenizer.Load(Path.Combine(directory, "tokenizer.json")));
    }

    /// <summary>The same model before any training.</summary>
    internal Gpt NewModel() => new(new Gpt.Config
    {
        Vocabulary = Tokenizer.VocabularySize, Context = Recipe.Context, Layers = Recipe.Layers, Heads = Recipe.Heads, Width = Recipe.Width,
        Bias = Recipe.Bias, Dropout = (float)Recipe.Dropout,
    }, new Init(_backend, (ulong)Recipe.Seed));

    internal Trainer NewTrainer() => new(Objective, new TokenWindows(_backend, Train, Recipe.Context, Recipe.Batch, (ulong)Recipe.Seed), new TrainerOptions
    {
        Steps = Recipe.Steps,
        Players = new Dictionary<string, Player>
        {
            ["main"] = new(parameters => new AdamW(parameters, Recipe.Beta1, Recipe.Beta2),
                new LinearWarmup(Recipe.WarmUp, new Cosine(Recipe.LearningRate, Recipe.FinalLearningRate, Math.Max(1, Recipe.Steps - Recipe.WarmUp)))),
        },
        Seed = (ulong)Recipe.Seed,
        WeightDecay = (float)Recipe.WeightDecay,
        Clip = Recipe.Clip,
        Validation = ValidationWindows,
        ValidationInterval = Recipe.EvaluationInterval,
        CheckpointInterval = Recipe.CheckpointInterval,
        Identity = Identity(),
    });

    TokenWindows ValidationWindows => new(_backend, Validation, Recipe.Context, Recipe.Batch, 0);

    /// <summary>The parameters of a checkpoint, without the rest that only training needs.</summary>
    internal void ReadWeights(string directory)
    {
        Checkpoint checkpoint = RunDirectory.Best(directory) ?? RunDirectory.Latest(directory) ?? throw new MalformedFileException(directory, "it has no checkpoint yet; train first.");
        using var reader = new CheckpointReader(checkpoint.Path);
        foreach ((string name, Tensor tensor) in Objective.NamedTensors()) reader.Read(name, tensor);
    }

    /// <summary>The loss over the whole validation text, in windows that do not overlap.</summary>
    internal double ValidationLoss(Gpt model) => new NextToken(model).MeanLoss(_backend, ValidationWindows);

    // Recipe and text: a checkpoint of other ones must not be continued.
    string Identity() => Convert.ToHexStringLower(SHA256.HashData([.. Recipe.ToJson(), .. Encoding.UTF8.GetBytes(Corpus.Text)]));
}
