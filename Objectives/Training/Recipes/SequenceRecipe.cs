using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>A run that trains a <see cref="T5"/>: its sizes, its tokens and its optimizer.</summary>
public abstract record SequenceRecipe : Recipe
{
    private protected SequenceRecipe() { }

    /// <summary>Tokens that the encoder reads, the end included.</summary>
    [JsonPropertyOrder(7)] public int Context { get; init; } = 128;
    /// <summary><c>unigram</c> (T5), <c>bpe</c>, <c>wordpiece</c>, <c>character</c> or <c>byte</c>.</summary>
    [JsonPropertyOrder(10)] public string Tokenizer { get; init; } = "unigram";
    /// <summary>The most tokens that the tokenizer may have, where it has a choice; of <c>unigram</c> with its hundred sentinels.</summary>
    [JsonPropertyOrder(11)] public int Vocabulary { get; init; } = 8192;
    /// <summary>How many marks of spans there are: behind the words, unless the tokenizer has its own.</summary>
    [JsonPropertyOrder(12)] public int Sentinels { get; init; } = 100;
    /// <summary><c>1.0</c>: a ReLU in the feed-forward part, one table for reading and writing (Raffel et al. 2020). <c>1.1</c>: a gated GELU, and two tables (Shazeer 2020, and
    /// the models released later).</summary>
    [JsonPropertyOrder(13)] public string Version { get; init; } = "1.0";
    /// <summary>Blocks of the encoder, and as many of the decoder.</summary>
    [JsonPropertyOrder(14)] public int Layers { get; init; } = 4;
    /// <summary>Attention heads.</summary>
    [JsonPropertyOrder(15)] public int Heads { get; init; } = 4;
    /// <summary>Features of a token.</summary>
    [JsonPropertyOrder(16)] public int Width { get; init; } = 256;
    /// <summary>Features of a head: independent of the width.</summary>
    [JsonPropertyOrder(17)] public int HeadWidth { get; init; } = 64;
    /// <summary>Features inside the feed-forward part.</summary>
    [JsonPropertyOrder(18)] public int Hidden { get; init; } = 1024;
    /// <summary>The share of activations set to zero in training.</summary>
    [JsonPropertyOrder(19)] public double Dropout { get; init; } = 0.1;
    /// <summary>Whether attention begins with looking at near tokens and at those that are alike (<see cref="T5.BeginFocused"/>) instead of nearly evenly at all (T5).</summary>
    [JsonPropertyOrder(20)] public bool Focused { get; init; }
    /// <summary>AdamW's decay of the mean gradient.</summary>
    [JsonPropertyOrder(30)] public double Beta1 { get; init; } = 0.9;
    /// <summary>AdamW's decay of the mean squared gradient.</summary>
    [JsonPropertyOrder(31)] public double Beta2 { get; init; } = 0.999;
    /// <summary>Steps from one validation to the next; 0 validates at the end only.</summary>
    [JsonPropertyOrder(43)] public int EvaluationInterval { get; init; } = 500;

    private protected override IEnumerable<double> RealNumbers => [Dropout, Beta1, Beta2];

    /// <summary>The task, with its network before any training.</summary>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="frame">The tokens.</param>
    public TextToText NewObjective(Init init, SequenceFrame frame)
    {
        var model = new T5(new T5.Config
        {
            Vocabulary = frame.Vocabulary, Layers = Layers, Heads = Heads, Width = Width, HeadWidth = HeadWidth, Hidden = Hidden,
            Gated = Version == "1.1", Tied = Version == "1.0", Dropout = (float)Dropout,
        }, init);
        if (Focused) model.BeginFocused();
        return new(model, frame.Padding);
    }

    /// <summary>What moves the parameters. (T5 was trained with Adafactor, which saves the memory of AdamW's moments.)</summary>
    public AdamW NewOptimizer(Parameters parameters) => new(parameters, Beta1, Beta2);

    private protected static RecipeRule[] SequenceRules { get; } =
    [
        RecipeRule.Whole("context", 3, 1 << 16, "128 is usual for a small model"),
        RecipeRule.Text("tokenizer", "\"unigram\", \"bpe\", \"wordpiece\", \"character\" or \"byte\"", "unigram", "bpe", "wordpiece", "character", "byte"),
        RecipeRule.Whole("vocabulary", 1, 1 << 24, "8192 is usual for a small text"),
        RecipeRule.Whole("sentinels", 1, 1 << 16, "100 is usual"),
        RecipeRule.Text("version", "\"1.0\" or \"1.1\"", "1.0", "1.1"),
        RecipeRule.Whole("layers", 1, 1000, "4 is a small model"),
        RecipeRule.Whole("heads", 1, 1000, "4 is a small model"),
        RecipeRule.Whole("width", 1, 1 << 16, "256 is a small model"),
        RecipeRule.Whole("headWidth", 1, 1 << 16, "64 is usual"),
        RecipeRule.Whole("hidden", 1, 1 << 20, "four times the width is usual"),
        RecipeRule.Real("dropout", 0, 0.99, "0.1 is usual; 0 turns it off"),
        RecipeRule.Whole("batch", 1, 1 << 20, "32 is usual for a small model"),
        RecipeRule.Truth("focused"),
        RecipeRule.Real("beta1", 0, 0.9999999, "0.9 is usual"),
        RecipeRule.Real("beta2", 0, 0.9999999, "0.999 is usual"),
        RecipeRule.Whole("evaluationInterval", 0, int.MaxValue, "500 is usual; 0 validates at the end only"),
    ];

    /// <summary>What is wrong between two fields: a tokenizer of unigrams has its own hundred sentinels.</summary>
    internal static string? ConflictOfTokens(IReadOnlyDictionary<string, JsonElement> fields) =>
        fields["tokenizer"].GetString() == "unigram" && fields["sentinels"].GetInt32() is > 100 and var sentinels
            ? $"field 'sentinels' is {sentinels}, but tokenizer \"unigram\" has 100 of its own; take at most 100, or another tokenizer." : null;
}
