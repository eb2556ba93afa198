namespace NativeSsl.Cli.Training;

/// <summary>A run of SimCSE, on the encoder of a run that guesses words.</summary>
sealed class SimCseRun : EncoderRun
{
    SimCseRun(SimCseRecipe recipe, IBackend backend, EncoderText text) : base(recipe, backend, text)
    {
        Settings = recipe;
        Objective = recipe.NewObjective(new Init(backend, (ulong)recipe.Seed), text.Marks.Vocabulary);
    }

    internal SimCseRecipe Settings { get; }
    internal override SimCse Objective { get; }
    internal override Bert Encoder => (Bert)Objective.Encoder;
    internal override TextPooling Pooling => Settings.Pooling == "mean" ? TextPooling.Mean : TextPooling.FirstToken;

    /// <summary>A new run: tokenizer and encoder are those of the run it begins with.</summary>
    /// <exception cref="NativeSslException">None is named.</exception>
    internal static SimCseRun New(SimCseRecipe recipe, IBackend backend, Terminal terminal)
    {
        if (recipe.From == SimCseRecipe.FromNone)
            throw new NativeSslException("simcse: it begins with an encoder that was pretrained, and does not work without. Train one (--recipe bert-gutenberg), then name its run with --from.");
        var run = new SimCseRun(recipe, backend, EncoderText.Load(recipe, recipe.From, terminal));
        ReadEncoder(recipe.From, run.Encoder);
        return run;
    }

    internal static SimCseRun Load(SimCseRecipe recipe, string directory, IBackend backend, Terminal terminal, string? data) =>
        new(recipe, backend, EncoderText.Load(recipe, directory, terminal, data));

    /// <summary>The recipe with the sizes of the run it begins with.</summary>
    /// <exception cref="NativeSslException">That run does not guess words.</exception>
    internal static SimCseRecipe Beginning(SimCseRecipe recipe, string from) =>
        NativeSsl.Recipe.Load(Path.Combine(from, "recipe.json")) is MaskedWordsRecipe source ? recipe.Beginning(Path.GetFullPath(from), source)
            : throw new NativeSslException($"--from {from}: this run does not guess words; simcse begins with one that does.");

    internal static void ReadEncoder(string directory, Bert encoder) =>
        RunDirectory.ReadWeights(directory, encoder.NamedTensors().Select(entry => ($"encoder.{entry.Name}", entry.Tensor)));

    /// <summary>The same encoder before any training.</summary>
    internal Bert NewEncoder() => (Bert)Settings.NewObjective(new Init(Backend, (ulong)Settings.Seed), Source.Marks.Vocabulary).Encoder;

    private protected override SentenceViews TrainingViews() => Settings.NewViews(Backend, Source.Train, Source.Marks);

    // The loss without dropout sees the same sentence twice: it would say nothing of how well sentences are told apart.
    private protected override Trainer NewTrainer(TrainerOptions options) => new(Objective, TrainingViews(), options);

    internal override string About =>
        Text.Invariant($"{Objective.ParameterCount:N0} parameters of the encoder in {Settings.From}, {Source.Train.SegmentCount:N0} sentences, vocabulary {Source.Marks.Vocabulary}");

    internal override string Next(string directory) => $"Its features: nativessl embed --run {directory} --data lines.txt --out features.safetensors";

    internal override string Evaluated => Text.Invariant($"{Source.HeldOut.SegmentCount} sentences of {Source.Documents.Name} would be compared.");

    internal override SimCseReport Evaluate(string directory, Terminal terminal, Depth depth) => SimCseReport.Of(this);
}
