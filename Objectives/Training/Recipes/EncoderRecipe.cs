using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>A run that trains a <see cref="Bert"/>: its sizes, its text and its optimizer.</summary>
public abstract record EncoderRecipe : Recipe
{
    private protected EncoderRecipe() { }

    /// <summary><c>wordpiece</c> (BERT), <c>bpe</c> (RoBERTa), <c>unigram</c>, <c>character</c> or <c>byte</c>.</summary>
    [JsonPropertyOrder(10)] public string Tokenizer { get; init; } = "wordpiece";
    /// <summary>The most tokens that the tokenizer may have, where it has a choice.</summary>
    [JsonPropertyOrder(11)] public int Vocabulary { get; init; } = 8192;
    /// <summary>Transformer blocks.</summary>
    [JsonPropertyOrder(12)] public int Layers { get; init; } = 4;
    /// <summary>Attention heads; they share the width.</summary>
    [JsonPropertyOrder(13)] public int Heads { get; init; } = 4;
    /// <summary>Features of a token.</summary>
    [JsonPropertyOrder(14)] public int Width { get; init; } = 256;
    /// <summary>Tokens that the model sees at once, marks included.</summary>
    [JsonPropertyOrder(15)] public int Context { get; init; } = 128;
    /// <summary>The share of activations set to zero in training.</summary>
    [JsonPropertyOrder(16)] public double Dropout { get; init; } = 0.1;
    /// <summary>What is asked besides words: <c>next</c>, whether two texts follow each other (BERT), <c>order</c>, in which order they stand (ALBERT), or <c>none</c>
    /// (RoBERTa, one text a sample).</summary>
    [JsonPropertyOrder(17)] public string Pairs { get; init; } = "next";
    /// <summary>Whether the attention of half of the heads begins with looking at near tokens (<see cref="Bert.BeginFocused"/>) instead of nearly evenly at all (BERT).</summary>
    [JsonPropertyOrder(17)] public bool Focused { get; init; }
    /// <summary>What is kept apart to validate on: <c>tenth</c>, the last tenth of the documents, <c>last</c>, the last one, or the name of a file.</summary>
    [JsonPropertyOrder(2)] public string HeldOut { get; init; } = DocumentSet.LastTenth;
    /// <summary>AdamW's decay of the mean gradient.</summary>
    [JsonPropertyOrder(30)] public double Beta1 { get; init; } = 0.9;
    /// <summary>AdamW's decay of the mean squared gradient.</summary>
    [JsonPropertyOrder(31)] public double Beta2 { get; init; } = 0.999;
    /// <summary>Whether AdamW scales up its moments at first; BERT's does not.</summary>
    [JsonPropertyOrder(32)] public bool BiasCorrection { get; init; }

    private protected override IEnumerable<double> RealNumbers => [Dropout, Beta1, Beta2];

    /// <summary>A straight line, as in BERT and RoBERTa.</summary>
    private protected override Schedule Fall(long steps) => new LinearDecay(LearningRate, FinalLearningRate, steps);

    /// <summary>The encoder before any training.</summary>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="vocabulary">How many tokens there are, marks included.</param>
    public Bert NewEncoder(Init init, int vocabulary)
    {
        var encoder = new Bert(new Bert.Config
        {
            Vocabulary = vocabulary, Context = Context, Layers = Layers, Heads = Heads, Width = Width, Dropout = (float)Dropout,
            Segments = Pairs == "none" ? 1 : 2, Epsilon = Epsilon,
        }, init);
        if (Focused) encoder.BeginFocused();
        return encoder;
    }

    /// <summary>Added to the variance in layer norms: BERT's and RoBERTa's.</summary>
    private protected float Epsilon => Pairs == "none" ? 1e-5f : 1e-12f;

    /// <summary>What moves the parameters.</summary>
    public AdamW NewOptimizer(Parameters parameters) => new(parameters, Beta1, Beta2, epsilon: 1e-6, BiasCorrection);

    private protected static RecipeRule[] EncoderRules { get; } =
    [
        RecipeRule.Text("tokenizer", "\"wordpiece\", \"bpe\", \"unigram\", \"character\" or \"byte\"", "wordpiece", "bpe", "unigram", "character", "byte"),
        RecipeRule.Whole("vocabulary", 1, 1 << 24, "8192 is usual for a small text"),
        RecipeRule.Whole("layers", 1, 1000, "4 is a small model"),
        RecipeRule.Whole("heads", 1, 1000, "4 is a small model"),
        RecipeRule.Whole("width", 1, 1 << 16, "256 is a small model"),
        RecipeRule.Whole("context", 5, 1 << 16, "128 is usual"),
        RecipeRule.Real("dropout", 0, 0.99, "0.1 is usual; 0 turns it off"),
        RecipeRule.Text("pairs", "\"next\", \"order\" or \"none\"", "next", "order", "none"),
        RecipeRule.Truth("focused"),
        RecipeRule.Text("heldOut", "\"tenth\", \"last\", or the name of a file"),
        RecipeRule.Real("beta1", 0, 0.9999999, "0.9 is usual"),
        RecipeRule.Real("beta2", 0, 0.9999999, "0.999 is usual"),
        RecipeRule.Truth("biasCorrection"),
    ];

    /// <summary>What is wrong between two fields.</summary>
    internal static string? Conflict(IReadOnlyDictionary<string, JsonElement> fields) => TextRecipe.Conflict(fields);
}
