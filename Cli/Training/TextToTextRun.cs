using System.Security.Cryptography;
using System.Text;

namespace NativeSsl.Cli.Training;

/// <summary>A run that learns to rewrite texts from examples; it may begin with what another run has learned.</summary>
sealed class TextToTextRun : SequenceRun
{
    TextToTextRun(TextToTextRecipe recipe, IBackend backend, SequenceFrame frame, Rewritings train, Rewritings validation) : base(recipe, backend, frame) =>
        (Settings, Train, Validation) = (recipe, train, validation);

    internal TextToTextRecipe Settings { get; }
    internal Rewritings Train { get; }
    internal Rewritings Validation { get; }

    /// <summary>A new run: with tokenizer and weights of the one it begins with, or its own.</summary>
    internal static TextToTextRun New(TextToTextRecipe recipe, IBackend backend)
    {
        (Rewritings train, Rewritings validation) = Rewritings.Read(recipe.Data, recipe.Format);
        bool begins = recipe.From != TextToTextRecipe.FromNone;
        ITokenizer tokenizer = begins ? Tokenizer.Load(Path.Combine(recipe.From, "tokenizer.json"))
            : NewTokenizer(recipe, [recipe.Prefix, .. train.All.SelectMany(Both)], validation.All.SelectMany(Both));
        var run = new TextToTextRun(recipe, backend, new SequenceFrame(tokenizer, recipe.Sentinels), train, validation);
        if (begins) run.ReadWeights(recipe.From);
        return run;

        static string[] Both((string Source, string Target) pair) => [pair.Source, pair.Target];
    }

    // Pieces are learned from what is trained on; an alphabet says nothing of a text, and characters that it lacks could not be read at all.
    static ITokenizer NewTokenizer(TextToTextRecipe recipe, IEnumerable<string> train, IEnumerable<string> heldOut) =>
        Tokenizer.Create(recipe.Tokenizer, recipe.Tokenizer == "character" ? train.Concat(heldOut) : train, recipe.Vocabulary);

    /// <summary>A run from the disk, with the tokenizer it was begun with; on other texts if some are named.</summary>
    internal static TextToTextRun Load(TextToTextRecipe recipe, string directory, IBackend backend, string? data)
    {
        (Rewritings train, Rewritings validation) = Rewritings.Read(data ?? recipe.Data, recipe.Format);
        return new(recipe, backend, new SequenceFrame(Tokenizer.Load(Path.Combine(directory, "tokenizer.json")), recipe.Sentinels), train, validation);
    }

    /// <summary>The recipe with tokenizer and sizes of the run it begins with.</summary>
    /// <exception cref="NativeSslException">That run does not train a T5.</exception>
    internal static TextToTextRecipe Beginning(TextToTextRecipe recipe, string from) =>
        NativeSsl.Recipe.Load(Path.Combine(from, "recipe.json")) is SequenceRecipe source ? recipe.Beginning(Path.GetFullPath(from), source)
            : throw new NativeSslException($"--from {from}: this run neither writes spans nor rewrites texts; text-to-text begins with one that does, or with none.");

    private protected override IViewSource TrainingViews() => TrainingPairs;

    private protected override IViewSource ValidationViews() => ValidationPairs;

    internal SequencePairs TrainingPairs => Settings.NewViews(Backend, Train, Frame);

    internal SequencePairs ValidationPairs => Settings.NewViews(Backend, Validation, Frame);

    /// <summary>What the model makes of texts.</summary>
    /// <param name="texts">Without prefix.</param>
    /// <param name="beams">1 always takes the likeliest token.</param>
    /// <param name="length">The most tokens that are written; the recipe's if null.</param>
    /// <param name="noRepeat">So many tokens in a row are written once at most; <see cref="NoRepeat"/> if null.</param>
    internal IReadOnlyList<string> Write(IReadOnlyList<string> texts, int beams, int? length = null, int? noRepeat = null) =>
        new Rewriter(Objective.Model, Frame, Settings.Context).Write([.. texts.Select(text => Settings.Prefix + text)], length ?? Settings.Length, beams, noRepeat ?? NoRepeat);

    /// <summary>A model that knows how summaries begin, but not yet what a paper says, begins again and again; what is judged as summaries are has no three tokens twice. Zero elsewhere.</summary>
    internal int NoRepeat => Settings.Judge == "rouge" ? 3 : 0;

    private protected override byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string source, string target) in Train.All.Concat(Validation.All)) hash.AppendData(Encoding.UTF8.GetBytes($"{source}\t{target}\n"));
        return hash.GetHashAndReset();
    }

    internal override string About => Text.Invariant($"{Objective.ParameterCount:N0} parameters{(Settings.From == TextToTextRecipe.FromNone ? "" : $" of {Settings.From}")}, ")
        + Text.Invariant($"{Train.All.Count():N0} pairs to learn from, {Validation.Count:N0} texts kept apart, vocabulary {Frame.Vocabulary}");

    internal override string Next(string directory) => $"Try it: nativessl rewrite --run {directory} \"a text\"";

    internal override string Evaluated => Text.Invariant($"{Validation.Count} texts of {Validation.Name} would be rewritten.");

    internal override TextToTextReport Evaluate(string directory, Terminal terminal, Depth depth) => TextToTextReport.Of(this, depth);
}
