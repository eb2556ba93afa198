using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>A run of SimCSE on an encoder that another run has pretrained. The defaults are those of <c>run_unsup_example.sh</c> (princeton-nlp/SimCSE; Gao, Yao &amp; Chen
/// 2021, appendix A).</summary>
public sealed record SimCseRecipe : EncoderRecipe
{
    /// <summary>What <see cref="From"/> is until a run is named.</summary>
    public const string FromNone = "none";

    /// <summary>A sample is a sentence.</summary>
    public const string OfSentences = "sentences";
    /// <summary>A sample is a line of two or three sentences with tabs between them.</summary>
    public const string OfLines = "lines";

    /// <summary>The defaults.</summary>
    public SimCseRecipe()
    {
        (Objective, Batch, Steps) = ("simcse", 64, 1000);
        (LearningRate, FinalLearningRate, WarmUp, WeightDecay, Clip, BiasCorrection) = (3e-5, 0, 0, 0, 1, true);
    }

    /// <summary>The directory of the run whose encoder this one begins with; its sizes are that one's.</summary>
    [JsonPropertyOrder(3)] public string From { get; init; } = FromNone;
    /// <summary>What a sample is: <c>sentences</c>, one, read twice (equation 4 of the paper); or <c>lines</c>, the two of a line with a tab between them, of which the second follows from the first,
    /// or three, of which the last does not (equation 5).</summary>
    [JsonPropertyOrder(4)] public string Samples { get; init; } = OfSentences;
    /// <summary>The most tokens of a sentence, marks included.</summary>
    [JsonPropertyOrder(5)] public int Sentence { get; init; } = 32;
    /// <summary>τ.</summary>
    [JsonPropertyOrder(6)] public double Temperature { get; init; } = 0.05;
    /// <summary>Which row stands for a sentence: <c>first</c> or <c>mean</c>.</summary>
    [JsonPropertyOrder(7)] public string Pooling { get; init; } = "first";
    /// <summary>Whether both readings drop the same activations: an ablation, in which little is learned.</summary>
    [JsonPropertyOrder(8)] public bool SameDropout { get; init; }

    private protected override IEnumerable<double> RealNumbers => [.. base.RealNumbers, Temperature];

    private protected override byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.SimCseRecipe);

    /// <summary>The same with tokenizer and sizes of the run it begins with.</summary>
    /// <param name="directory">The directory of that run.</param>
    /// <param name="source">Its recipe.</param>
    public SimCseRecipe Beginning(string directory, EncoderRecipe source) => this with
    {
        From = directory, Tokenizer = source.Tokenizer, Vocabulary = source.Vocabulary, Layers = source.Layers, Heads = source.Heads, Width = source.Width,
        Context = source.Context, Pairs = source.Pairs, Sentence = Math.Min(Sentence, source.Context),
    };

    /// <summary>What is learned from.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="text">The corpus; where a sample is a line, <see cref="Documents.InFields"/>.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <exception cref="ShapeException">There are fewer samples than a batch, or lines of different numbers of sentences.</exception>
    public SentenceViews NewViews(IBackend backend, DocumentSet text, TextMarks marks) => Samples == OfLines
        ? SentenceViews.Together(backend, text, marks, Sentence, Batch, (ulong)Seed) : SentenceViews.Of(backend, text, marks, Sentence, Batch, (ulong)Seed);

    /// <summary>The task, with its networks before any training.</summary>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="vocabulary">How many tokens there are, marks included.</param>
    public SimCse NewObjective(Init init, int vocabulary) => new(NewEncoder(init, vocabulary), init, new SimCseOptions
    {
        Temperature = (float)Temperature, Pooling = Pooling == "mean" ? TextPooling.Mean : TextPooling.FirstToken, SameDropout = SameDropout,
    });

    internal static RecipeRule[] Rules { get; } =
    [
        .. EncoderRules,
        RecipeRule.Text("from", "the directory of a run that guesses words"),
        RecipeRule.Text("samples", "\"sentences\" or \"lines\"", OfSentences, OfLines),
        RecipeRule.Whole("sentence", 3, 1 << 16, "32 is usual"),
        RecipeRule.Real("temperature", 1e-6, 100, "0.05 is usual"),
        RecipeRule.Text("pooling", "\"first\" or \"mean\"", "first", "mean"),
        RecipeRule.Truth("sameDropout"),
        RecipeRule.Whole("batch", 2, 1 << 20, "64 is usual; one sentence has nothing to differ from"),
    ];

    /// <summary>What is wrong between two fields.</summary>
    internal static string? ConflictOfSizes(IReadOnlyDictionary<string, JsonElement> fields) =>
        fields["sentence"].GetInt32() is var sentence && fields["context"].GetInt32() is var context && sentence > context
            ? $"field 'sentence' is {sentence}, more than context {context}, which is all the encoder can see." : Conflict(fields);
}
