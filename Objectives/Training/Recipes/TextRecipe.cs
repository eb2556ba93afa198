using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>A run that guesses next tokens. The defaults are a small character model that a laptop trains in minutes.</summary>
public sealed record TextRecipe : Recipe
{
    /// <summary>The defaults.</summary>
    public TextRecipe()
    {
        (Objective, Batch, Steps) = ("next-token", 12, 2000);
        (LearningRate, FinalLearningRate, WarmUp, WeightDecay, Clip) = (1e-3, 1e-4, 100, 0.1, 1);
    }

    /// <summary><c>character</c>, <c>byte</c>, <c>bpe</c> (byte-level, as GPT-2), <c>wordpiece</c> or <c>unigram</c>.</summary>
    [JsonPropertyOrder(10)] public string Tokenizer { get; init; } = "character";
    /// <summary>The most tokens that the tokenizer may have, where it has a choice.</summary>
    [JsonPropertyOrder(11)] public int Vocabulary { get; init; } = 8192;
    /// <summary>Transformer blocks.</summary>
    [JsonPropertyOrder(12)] public int Layers { get; init; } = 4;
    /// <summary>Attention heads; they share the width.</summary>
    [JsonPropertyOrder(13)] public int Heads { get; init; } = 4;
    /// <summary>Features of a token.</summary>
    [JsonPropertyOrder(14)] public int Width { get; init; } = 128;
    /// <summary>Tokens that the model sees at once; a sample is a window of so many.</summary>
    [JsonPropertyOrder(15)] public int Context { get; init; } = 64;
    /// <summary>Whether linear layers and layer norms have a bias.</summary>
    [JsonPropertyOrder(16)] public bool Bias { get; init; }
    /// <summary>The share of activations set to zero in training.</summary>
    [JsonPropertyOrder(17)] public double Dropout { get; init; }
    /// <summary>Whether attention begins with looking at the last tokens (<see cref="Gpt.BeginFocused"/>) instead of nearly evenly at all (GPT-2).</summary>
    [JsonPropertyOrder(18)] public bool Focused { get; init; }
    /// <summary>What is kept apart to validate on: of a folder <c>tenth</c>, the last tenth of the documents, <c>last</c>, the last one, or the name of a file; of a file its last tenth, always.</summary>
    [JsonPropertyOrder(2)] public string HeldOut { get; init; } = DocumentSet.LastTenth;
    /// <summary>AdamW's decay of the mean gradient.</summary>
    [JsonPropertyOrder(30)] public double Beta1 { get; init; } = 0.9;
    /// <summary>AdamW's decay of the mean squared gradient.</summary>
    [JsonPropertyOrder(31)] public double Beta2 { get; init; } = 0.99;
    /// <summary>Steps from one validation to the next; 0 validates at the end only.</summary>
    [JsonPropertyOrder(43)] public int EvaluationInterval { get; init; } = 250;

    private protected override IEnumerable<double> RealNumbers => [Dropout, Beta1, Beta2];

    private protected override byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.TextRecipe);

    /// <summary>The model before any training.</summary>
    /// <param name="init">Draws the weights, and says on which device.</param>
    /// <param name="vocabulary">How many tokens there are.</param>
    public Gpt NewModel(Init init, int vocabulary)
    {
        var model = new Gpt(new Gpt.Config
        {
            Vocabulary = vocabulary, Context = Context, Layers = Layers, Heads = Heads, Width = Width, Bias = Bias, Dropout = (float)Dropout,
        }, init);
        if (Focused) model.BeginFocused();
        return model;
    }

    /// <summary>What moves the parameters.</summary>
    public AdamW NewOptimizer(Parameters parameters) => new(parameters, Beta1, Beta2);

    internal static RecipeRule[] Rules { get; } =
    [
        RecipeRule.Text("tokenizer", "\"character\", \"byte\", \"bpe\", \"wordpiece\" or \"unigram\"", "character", "byte", "bpe", "wordpiece", "unigram"),
        RecipeRule.Whole("vocabulary", 1, 1 << 24, "8192 is usual for a small text"),
        RecipeRule.Whole("layers", 1, 1000, "4 is a small model"),
        RecipeRule.Whole("heads", 1, 1000, "4 is a small model"),
        RecipeRule.Whole("width", 1, 1 << 16, "128 is a small model"),
        RecipeRule.Whole("context", 1, 1 << 20, "64 is a small model"),
        RecipeRule.Truth("bias"),
        RecipeRule.Truth("focused"),
        RecipeRule.Real("dropout", 0, 0.99, "0 turns it off"),
        RecipeRule.Text("heldOut", "\"tenth\", \"last\", or the name of a file"),
        RecipeRule.Whole("batch", 1, 1 << 20, "12 is a small batch"),
        RecipeRule.Real("beta1", 0, 0.9999999, "0.9 is usual"),
        RecipeRule.Real("beta2", 0, 0.9999999, "0.99 is usual"),
        RecipeRule.Whole("evaluationInterval", 0, int.MaxValue, "250 is usual; 0 validates at the end only"),
    ];

    /// <summary>What is wrong between two fields.</summary>
    internal static string? Conflict(IReadOnlyDictionary<string, JsonElement> fields)
    {
        (int width, int heads) = (fields["width"].GetInt32(), fields["heads"].GetInt32());
        return width % heads == 0 ? null
            : $"field 'width' is {width}, which field 'heads' = {heads} does not divide; take width {width / heads * heads + heads}.";
    }
}
