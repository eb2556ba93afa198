using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>A run that learns to rewrite texts from examples, such as to translate or to summarise: Raffel et al. 2020, sections 2.4 and 3.1.2. It may begin with what another run has learned
/// from text alone.</summary>
public sealed record TextToTextRecipe : SequenceRecipe
{
    /// <summary>What <see cref="From"/> is where a run begins with random weights.</summary>
    public const string FromNone = "none";

    /// <summary>The defaults.</summary>
    public TextToTextRecipe()
    {
        (Objective, Batch, Steps) = ("text-to-text", 32, 2000);
        (LearningRate, FinalLearningRate, WarmUp, WeightDecay, Clip) = (1e-2, 1e-4, 100, 0.01, 1);
    }

    /// <summary>How <see cref="Recipe.Data"/> is read: <c>pairs</c>, lines of text, tab, what it becomes; <c>reversed</c>, the same from right to left; <c>papers</c>, SciTLDR's lines of JSON.</summary>
    [JsonPropertyOrder(2)] public string Format { get; init; } = Rewritings.Pairs;
    /// <summary>What stands in front of every text and names the task, such as <c>translate English to French: </c>.</summary>
    [JsonPropertyOrder(3)] public string Prefix { get; init; } = "rewrite: ";
    /// <summary>What is written is judged by <c>bleu</c> (and chrF), beside the text as it is; or by <c>rouge</c>, beside the first sentence.</summary>
    [JsonPropertyOrder(4)] public string Judge { get; init; } = "bleu";
    /// <summary>The directory of the run that this one begins with; its tokenizer and its sizes come along. <c>none</c> begins with random weights.</summary>
    [JsonPropertyOrder(5)] public string From { get; init; } = FromNone;
    /// <summary>Tokens that are written at most, the end included.</summary>
    [JsonPropertyOrder(8)] public int Length { get; init; } = 64;

    private protected override byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.TextToTextRecipe);

    /// <summary>The same with tokenizer and sizes of the run it begins with. How many tokens are read stays: T5's positions are distances, and know no end.</summary>
    /// <param name="directory">The directory of that run.</param>
    /// <param name="source">Its recipe.</param>
    public TextToTextRecipe Beginning(string directory, SequenceRecipe source) => this with
    {
        From = directory, Tokenizer = source.Tokenizer, Vocabulary = source.Vocabulary, Sentinels = source.Sentinels, Version = source.Version,
        Layers = source.Layers, Heads = source.Heads, Width = source.Width, HeadWidth = source.HeadWidth, Hidden = source.Hidden,
    };

    /// <summary>Texts to read, with their prefix, and texts to write.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="frame">From texts to tokens.</param>
    /// <exception cref="MalformedFileException">A text has a character that the tokenizer does not know.</exception>
    public SequencePairs NewViews(IBackend backend, Rewritings texts, SequenceFrame frame) =>
        new(backend, [.. texts.All.Select(pair => (frame.Tokens(Prefix + pair.Source, Context), frame.Tokens(pair.Target, Length)))], frame.Padding, Batch, (ulong)Seed);

    internal static RecipeRule[] Rules { get; } =
    [
        RecipeRule.Text("format", "\"pairs\", \"reversed\" or \"papers\"", Rewritings.Pairs, Rewritings.Reversed, Rewritings.Papers),
        RecipeRule.Text("prefix", "for example \"translate English to French: \""),
        RecipeRule.Text("judge", "\"bleu\" or \"rouge\"", "bleu", "rouge"),
        RecipeRule.Text("from", "\"none\", or the directory of a run of span corruption"),
        RecipeRule.Whole("length", 2, 1 << 16, "64 is usual"),
        .. SequenceRules,
    ];

    /// <summary>What is wrong between two fields.</summary>
    internal static string? Conflict(IReadOnlyDictionary<string, JsonElement> fields) => fields["format"].GetString() == Rewritings.Papers && fields["data"].GetString() == TextCorpus.BuiltInName
        ? "field 'data' is \"built-in\", but this program has no papers inside; name a folder with train.jsonl and dev.jsonl (SciTLDR), or take format \"pairs\"." : ConflictOfTokens(fields);
}
