namespace NativeSsl.Cli.Training;

/// <summary>A run that writes spans which were cut out of a text.</summary>
sealed class SpanCorruptionRun : SequenceRun
{
    SpanCorruptionRun(SpanCorruptionRecipe recipe, IBackend backend, SequenceText text) : base(recipe, backend, text.Frame) => (Settings, Source) = (recipe, text);

    internal SpanCorruptionRecipe Settings { get; }
    internal SequenceText Source { get; }

    internal static SpanCorruptionRun New(SpanCorruptionRecipe recipe, IBackend backend, Terminal terminal) => new(recipe, backend, SequenceText.New(recipe, terminal));

    /// <summary>A run from the disk, with the tokenizer it was begun with; on another text if one is named.</summary>
    internal static SpanCorruptionRun Load(SpanCorruptionRecipe recipe, string directory, IBackend backend, string? data) => new(recipe, backend, SequenceText.Load(recipe, directory, data));

    private protected override IViewSource TrainingViews() => Settings.NewTrainingViews(Backend, Source.Train, Frame);

    private protected override IViewSource ValidationViews() => Windows(Source.HeldOut);

    /// <summary>Windows of a text; as a whole, each is cut in the same way every time.</summary>
    internal SpanCorruptionWindows Windows(int[] tokens) => Settings.NewViews(Backend, tokens, Frame);

    private protected override byte[] Fingerprint() => Source.Fingerprint;

    internal override string About => Text.Invariant($"{Objective.ParameterCount:N0} parameters, {Source.Train.Length:N0} tokens of training text, {Source.HeldOut.Length:N0} kept apart, ")
        + Text.Invariant($"vocabulary {Frame.Vocabulary}");

    internal override string Next(string directory) => $"Let it learn to rewrite: nativessl pretrain --recipe translate-tatoeba --from {directory} --data pairs.tsv";

    internal override string Evaluated => Text.Invariant($"Spans of {Source.HeldOut.Length} tokens of {Source.Name} would be cut out and written.");

    internal override SpanCorruptionReport Evaluate(string directory, Terminal terminal, Depth depth) => SpanCorruptionReport.Of(this);
}
