namespace NativeSsl.Cli.Training;

/// <summary>A run that guesses covered words, and may tell whether texts belong together.</summary>
sealed class MaskedWordsRun : EncoderRun
{
    MaskedWordsRun(MaskedWordsRecipe recipe, IBackend backend, EncoderText text) : base(recipe, backend, text)
    {
        Settings = recipe;
        Objective = NewObjective();
    }

    internal MaskedWordsRecipe Settings { get; }
    internal override Objective Objective { get; }
    internal override Bert Encoder => (Bert)Networks(Objective).Encoder;
    internal override TextPooling Pooling => TextPooling.Mean;

    /// <summary>The head that guesses words.</summary>
    internal MaskedHead Head => Networks(Objective).Head;

    internal static (TextEncoder Encoder, MaskedHead Head) Networks(Objective objective) => objective switch
    {
        MaskedWords words => (words.Encoder, words.Head),
        SentencePairObjective pairs => (pairs.Encoder, pairs.Head),
        _ => throw new NativeSslException($"{objective.GetType().Name} does not guess words."),
    };

    internal static MaskedWordsRun New(MaskedWordsRecipe recipe, IBackend backend, Terminal terminal) => new(recipe, backend, EncoderText.New(recipe, terminal));

    /// <summary>A run from the disk, with the tokenizer it was begun with; on another text if one is named.</summary>
    internal static MaskedWordsRun Load(MaskedWordsRecipe recipe, string directory, IBackend backend, Terminal terminal, string? data) =>
        new(recipe, backend, EncoderText.Load(recipe, directory, terminal, data));

    /// <summary>The same networks before any training.</summary>
    internal Objective NewObjective() => Settings.NewObjective(new Init(Backend, (ulong)Settings.Seed), Source.Marks.Vocabulary, Source.Train);

    private protected override MaskedViews TrainingViews() => Settings.NewViews(Backend, Source.Train, Source.Marks);

    /// <summary>What was kept apart, covered once and for all.</summary>
    internal MaskedViews ValidationViews() => Settings.NewViews(Backend, Source.HeldOut, Source.Marks, duplicates: 1);

    private protected override Trainer NewTrainer(TrainerOptions options) =>
        new(Objective, TrainingViews(), options with { Validation = ValidationViews(), ValidationInterval = Settings.EvaluationInterval });

    internal override string About => Text.Invariant($"{Objective.ParameterCount:N0} parameters, {Source.Train.TokenCount:N0} tokens in {Source.Train.Documents.Count:N0} documents, ")
        + Text.Invariant($"{Source.HeldOut.TokenCount:N0} in {Source.HeldOut.Documents.Count:N0} kept apart, vocabulary {Source.Marks.Vocabulary}");

    internal override string Next(string directory) => $"Try it: nativessl fill \"The ___ is here.\" --run {directory}";

    internal override string Evaluated => Text.Invariant($"Words of {Source.HeldOut.TokenCount} tokens of {Source.Documents.Name} would be covered and guessed.");

    internal override MaskedWordsReport Evaluate(string directory, Terminal terminal, Depth depth) => MaskedWordsReport.Of(this);
}
