using System.Security.Cryptography;

namespace NativeSsl.Cli.Training;

/// <summary>A recipe come to life: data, model, objective and trainer. What commands need to know of a run, whatever it learns from.</summary>
abstract class Run(Recipe recipe, IBackend backend)
{
    internal Recipe Recipe => recipe;

    internal abstract Objective Objective { get; }

    /// <summary>Sizes of model and data, in a line.</summary>
    internal abstract string About { get; }

    /// <summary>What to do with the run when it is complete.</summary>
    internal abstract string Next(string directory);

    /// <summary>What an evaluation would look at, in a sentence.</summary>
    internal abstract string Evaluated { get; }

    /// <summary>What the model has learned, beside its controls.</summary>
    /// <param name="directory">Where the run lives.</param>
    /// <param name="terminal">Told how it goes.</param>
    /// <param name="depth">How much time it may take.</param>
    internal abstract Report Evaluate(string directory, Terminal terminal, Depth depth);

    /// <summary>What training has taken so far, by its diary.</summary>
    private protected Cost CostOfTraining(string directory)
    {
        string diary = Path.Combine(directory, "metrics.jsonl");
        if (!File.Exists(diary)) return default;
        IReadOnlyList<MetricsLine> lines = MetricsLog.Read(diary);
        return new Cost(lines.Sum(line => line.Values.GetValueOrDefault("stepSeconds")), lines.Sum(line => line.Values.GetValueOrDefault("stepFlops")), (long)lines.Count * recipe.Batch);
    }

    /// <summary>Draws what there is to see of the model, beside the curves of its training.</summary>
    /// <param name="directory">Where the pictures go.</param>
    internal virtual void Draw(string directory) { }

    /// <summary>What the run will take.</summary>
    internal abstract Estimate Estimate();

    /// <summary>Puts what a run needs besides recipe and checkpoints into its directory.</summary>
    internal virtual void Prepare(RunDirectory directory) { }

    internal Trainer NewTrainer(bool stopWhenFailing = false, bool replays = false) => NewTrainer(new TrainerOptions
    {
        Steps = recipe.Steps,
        Players = new Dictionary<string, Player> { ["main"] = new(NewOptimizer, recipe.LearningRates()) },
        Seed = (ulong)recipe.Seed,
        WeightDecay = (float)recipe.WeightDecay,
        Clip = recipe.Clip,
        CheckpointInterval = recipe.CheckpointInterval,
        StopWhenFailing = stopWhenFailing,
        Replays = replays,
        // Recipe and data: a checkpoint of other ones must not be continued.
        Identity = Convert.ToHexStringLower(SHA256.HashData([.. recipe.ToJson(), .. Fingerprint()])),
    });

    private protected abstract Trainer NewTrainer(TrainerOptions options);

    private protected abstract Optimizer NewOptimizer(Parameters parameters);

    /// <summary>Tells the data from other data.</summary>
    private protected abstract byte[] Fingerprint();

    private protected IBackend Backend => backend;

    /// <summary>A new run.</summary>
    internal static Run New(Recipe recipe, IBackend backend, Terminal terminal) => recipe switch
    {
        TextRecipe text => TextRun.New(text, backend, terminal),
        MaskedWordsRecipe words => MaskedWordsRun.New(words, backend, terminal),
        SimCseRecipe sentences => SimCseRun.New(sentences, backend, terminal),
        SpanCorruptionRecipe spans => SpanCorruptionRun.New(spans, backend, terminal),
        TextToTextRecipe pairs => TextToTextRun.New(pairs, backend),
        ImageRecipe images => ImageRun.New(images, backend),
        _ => throw new NativeSslException($"recipe: this program does not train a {recipe.GetType().Name}."),
    };

    /// <summary>A run from the disk; on other data if some are named.</summary>
    internal static Run Load(string directory, IBackend backend, Terminal terminal, string? data = null) => Recipe.Load(Path.Combine(directory, "recipe.json")) switch
    {
        TextRecipe text => TextRun.Load(text, directory, backend, terminal, data),
        MaskedWordsRecipe words => MaskedWordsRun.Load(words, directory, backend, terminal, data),
        SimCseRecipe sentences => SimCseRun.Load(sentences, directory, backend, terminal, data),
        SpanCorruptionRecipe spans => SpanCorruptionRun.Load(spans, directory, backend, data),
        TextToTextRecipe pairs => TextToTextRun.Load(pairs, directory, backend, data),
        ImageRecipe images => ImageRun.Load(images, directory, backend, data),
        Recipe other => throw new NativeSslException($"{directory}: this program does not know a {other.GetType().Name}."),
    };

    /// <summary>The parameters of the best checkpoint, or else the latest, without the rest that only training needs.</summary>
    internal void ReadWeights(string directory) => RunDirectory.ReadWeights(directory, Objective.NamedTensors());
}
