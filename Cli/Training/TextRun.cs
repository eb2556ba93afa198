namespace NativeSsl.Cli.Training;

/// <summary>A run on text: tokenizer, model and windows.</summary>
sealed class TextRun : Run
{
    TextRun(TextRecipe recipe, IBackend backend, LanguageText text) : base(recipe, backend)
    {
        (Settings, Source) = (recipe, text);
        Model = NewModel();
        Objective = new NextToken(Model);
    }

    internal TextRecipe Settings { get; }
    internal LanguageText Source { get; }
    internal ITokenizer Tokenizer => Source.Tokenizer;
    internal Gpt Model { get; }
    internal override NextToken Objective { get; }

    internal static TextRun New(TextRecipe recipe, IBackend backend, Terminal terminal) => new(recipe, backend, LanguageText.New(recipe, terminal));

    /// <summary>A run from the disk, with the tokenizer it was begun with; on another text if one is named.</summary>
    internal static TextRun Load(TextRecipe recipe, string directory, IBackend backend, Terminal terminal, string? data) =>
        new(recipe, backend, LanguageText.Load(recipe, directory, terminal, data));

    /// <summary>The same model before any training.</summary>
    internal Gpt NewModel() => Settings.NewModel(new Init(Backend, (ulong)Settings.Seed), Tokenizer.VocabularySize);

    private protected override Trainer NewTrainer(TrainerOptions options) =>
        new(Objective, new TokenWindows(Backend, Source.Train, Settings.Context, Settings.Batch, (ulong)Settings.Seed),
            options with { Validation = ValidationWindows, ValidationInterval = Settings.EvaluationInterval });

    private protected override AdamW NewOptimizer(Parameters parameters) => Settings.NewOptimizer(parameters);

    TokenWindows ValidationWindows => new(Backend, Source.HeldOut, Settings.Context, Settings.Batch, 0);

    /// <summary>The loss over the whole validation text, in windows that do not overlap.</summary>
    internal double ValidationLoss(Gpt model) => new NextToken(model).MeanLoss(Backend, ValidationWindows);

    internal override void Prepare(RunDirectory directory) => Tokenizer.Save(directory.TokenizerPath);

    internal override string About =>
        Text.Invariant($"{Model.ParameterCount:N0} parameters, {Source.Train.Length:N0} tokens of training text, vocabulary {Tokenizer.VocabularySize}");

    internal override string Next(string directory) => $"Try it: nativessl generate --run {directory}";

    internal override string Evaluated => Text.Invariant($"{Source.HeldOut.Length} tokens of {Source.Name} would be predicted.");

    internal override Controls Evaluate(string directory, Terminal terminal, Depth depth) => Controls.Of(this, ValidationLoss(Model));

    const int FloatsPerFeature = 18;            // norms, queries, keys, values, attention, two projections, hidden layer before and after its formula

    internal override Estimate Estimate()
    {
        long parameters = Model.ParameterCount, tokens = (long)Settings.Batch * Settings.Context;
        long activations = 4 * tokens * ((long)Settings.Layers * FloatsPerFeature * Settings.Width + 3L * Tokenizer.VocabularySize);
        // Forward 2 operations for each parameter and token, backward twice as many; attention adds 4 context width per layer, likewise times 3.
        double operations = 6.0 * parameters * tokens + 12.0 * tokens * Settings.Context * Settings.Width * Settings.Layers;
        return Training.Estimate.OfShapes(parameters, activations, operations / 1e9, Settings.Steps, Backend);
    }

    private protected override byte[] Fingerprint() => Source.Fingerprint;
}
