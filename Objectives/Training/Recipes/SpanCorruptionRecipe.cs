using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>A run that writes spans which were cut out of a text: Raffel et al. 2020, section 3.1.4. The defaults are T5's for a small model, but for the optimizer.</summary>
public sealed record SpanCorruptionRecipe : SequenceRecipe
{
    /// <summary>The defaults.</summary>
    public SpanCorruptionRecipe()
    {
        (Objective, Batch, Steps) = ("span-corruption", 32, 10000);
        (LearningRate, FinalLearningRate, WarmUp, WeightDecay, Clip) = (1e-2, 1e-4, 500, 0.01, 1);
    }

    /// <summary>What is kept apart to validate on: <c>tenth</c>, the last tenth of the documents, <c>last</c>, the last one, or the name of a file.</summary>
    [JsonPropertyOrder(2)] public string HeldOut { get; init; } = DocumentSet.LastTenth;
    /// <summary>The share of tokens that is cut out.</summary>
    [JsonPropertyOrder(3)] public double NoiseDensity { get; init; } = 0.15;
    /// <summary>Tokens in a span that is cut out, on average.</summary>
    [JsonPropertyOrder(4)] public double MeanSpan { get; init; } = 3;
    /// <summary>Tokens that the encoder reads in the first steps, in as many more windows.</summary>
    [JsonPropertyOrder(8)] public int ShortContext { get; init; } = 16;
    /// <summary>The share of steps that have <see cref="ShortContext"/>: the first ones, none with 0.</summary>
    [JsonPropertyOrder(9)] public double ShortShare { get; init; }

    private protected override IEnumerable<double> RealNumbers => [.. base.RealNumbers, NoiseDensity, MeanSpan, ShortShare];

    private protected override byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.SpanCorruptionRecipe);

    /// <summary>How spans are cut out.</summary>
    /// <param name="frame">The tokens.</param>
    public SpanCorruption Corruption(SequenceFrame frame) => frame.Corruption(NoiseDensity, MeanSpan);

    /// <summary>Windows of a text, their spans cut out, which just fill the context.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="text">The text; documents one behind the other.</param>
    /// <param name="frame">The tokens.</param>
    /// <exception cref="ShapeException">The text is shorter than a window.</exception>
    public SpanCorruptionWindows NewViews(IBackend backend, ReadOnlyMemory<int> text, SequenceFrame frame) => Windows(backend, text, frame, Context, Batch);

    /// <summary>The same to train on: the first steps have short ones, with about as many tokens a step.</summary>
    /// <param name="backend">The device.</param>
    /// <param name="text">The text; documents one behind the other.</param>
    /// <param name="frame">The tokens.</param>
    /// <exception cref="ShapeException">The text is shorter than a window.</exception>
    public IViewSource NewTrainingViews(IBackend backend, ReadOnlyMemory<int> text, SequenceFrame frame)
    {
        SpanCorruptionWindows windows = NewViews(backend, text, frame);
        return ShortShare == 0 ? windows
            : new StagedWindows(Windows(backend, text, frame, ShortContext, Batch * Context / ShortContext), (long)Math.Round(ShortShare * Steps), windows);
    }

    SpanCorruptionWindows Windows(IBackend backend, ReadOnlyMemory<int> text, SequenceFrame frame, int context, int batch)
    {
        SpanCorruption corruption = Corruption(frame);
        return new(backend, text, corruption, corruption.RawLength(context), batch, (ulong)Seed);
    }

    internal static RecipeRule[] Rules { get; } =
    [
        RecipeRule.Text("heldOut", "\"tenth\", \"last\", or the name of a file"),
        RecipeRule.Real("noiseDensity", 0.01, 0.9, "0.15 is usual"),
        RecipeRule.Real("meanSpan", 1, 1000, "3 is usual"),
        RecipeRule.Whole("shortContext", 3, 1 << 16, "16 is short"),
        RecipeRule.Real("shortShare", 0, 1, "0.25 is usual; 0 begins with the whole context"),
        .. SequenceRules,
    ];

    /// <summary>What is wrong between two fields.</summary>
    internal static string? Conflict(IReadOnlyDictionary<string, JsonElement> fields)
    {
        var corruption = new SpanCorruption
            { Density = (float)fields["noiseDensity"].GetDouble(), MeanSpan = (float)fields["meanSpan"].GetDouble(), FirstSentinel = int.MaxValue, End = 0 };
        if (fields["shortShare"].GetDouble() > 0 && fields["shortContext"].GetInt32() > fields["context"].GetInt32())
            return $"field 'shortContext' is {fields["shortContext"].GetInt32()}, which is more than context {fields["context"].GetInt32()}; take less, or a shortShare of 0.";
        (int context, int sentinels) = (fields["context"].GetInt32(), fields["sentinels"].GetInt32());
        int length = corruption.RawLength(context), spans = corruption.Counts(length).Spans;
        return spans <= sentinels ? ConflictOfTokens(fields)
            : $"field 'sentinels' is {sentinels}, but a context of {context} has {spans} spans, and each needs a sentinel of its own; take as many, longer spans, or a shorter context.";
    }
}
