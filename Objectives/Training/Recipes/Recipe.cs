using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>
/// The hyper-parameters of a run: with the data, the seed and the version of the program they decide it bit for bit. This is what every
/// run has; a <see cref="TextRecipe"/>, a <see cref="MaskedWordsRecipe"/>, a <see cref="SimCseRecipe"/>, a <see cref="SpanCorruptionRecipe"/>,
/// a <see cref="TextToTextRecipe"/> or an <see cref="ImageRecipe"/> has the rest. Change a few with <c>recipe with { Steps = 500 }</c>.
/// </summary>
public abstract record Recipe
{
    /// <summary>The pretext task: <c>next-token</c>, <c>masked-words</c>, <c>simcse</c>, <c>span-corruption</c>, <c>text-to-text</c> or <c>simclr</c>. It decides the kind of recipe.</summary>
    [JsonPropertyOrder(0)] public string Objective { get; init; } = "";
    /// <summary>A file or folder, or <c>built-in</c>.</summary>
    [JsonPropertyOrder(1)] public string Data { get; init; } = "built-in";
    /// <summary>Samples in a step.</summary>
    [JsonPropertyOrder(20)] public int Batch { get; init; }
    /// <summary>Optimizer steps of the whole run.</summary>
    [JsonPropertyOrder(21)] public int Steps { get; init; }
    /// <summary>The largest learning rate.</summary>
    [JsonPropertyOrder(22)] public double LearningRate { get; init; }
    /// <summary>The learning rate that the fall reaches when the last step is done.</summary>
    [JsonPropertyOrder(23)] public double FinalLearningRate { get; init; }
    /// <summary>Steps over which the learning rate rises.</summary>
    [JsonPropertyOrder(24)] public int WarmUp { get; init; }
    /// <summary>How strongly weights are drawn to zero; on matrices only.</summary>
    [JsonPropertyOrder(40)] public double WeightDecay { get; init; }
    /// <summary>The largest norm of the gradient; 0 does not clip.</summary>
    [JsonPropertyOrder(41)] public double Clip { get; init; }
    /// <summary>Decides weights, batches and all that is drawn in a step.</summary>
    [JsonPropertyOrder(42)] public long Seed { get; init; } = 1337;
    /// <summary>Steps from one checkpoint to the next; 0 saves at the end only.</summary>
    [JsonPropertyOrder(44)] public int CheckpointInterval { get; init; } = 250;

    private protected Recipe() { }

    /// <summary>η over the run: a line up, then down.</summary>
    public Schedule LearningRates() => new LinearWarmup(WarmUp, Fall(Math.Max(1, Steps - WarmUp)));

    /// <summary>How the learning rate falls after the warm-up: half a cosine, unless a kind says otherwise.</summary>
    private protected virtual Schedule Fall(long steps) => new Cosine(LearningRate, FinalLearningRate, steps);

    /// <summary>Reads a recipe file. Every field of its kind must be there, and nothing else.</summary>
    /// <exception cref="MalformedFileException">It is not; the message names field, value and cure.</exception>
    public static Recipe Load(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>Reads a recipe from UTF-8 JSON.</summary>
    /// <inheritdoc cref="Load"/>
    public static Recipe Parse(ReadOnlyMemory<byte> json, string file)
    {
        Dictionary<string, JsonElement> fields = FlatJson.Read(json, file);
        if (RecipeKind.Problem(fields) is { } problem) throw new MalformedFileException(file, problem);
        return RecipeKind.Of(fields)!.Read(json.Span);
    }

    /// <summary>The recipe as UTF-8 JSON, a field per line; the same bytes on every platform.</summary>
    /// <exception cref="NativeSslException">A value is out of range.</exception>
    public byte[] ToJson()
    {
        Check();
        return [.. Serialize(), (byte)'\n'];
    }

    /// <summary>Writes a recipe file, whole or not at all.</summary>
    /// <exception cref="NativeSslException">A value is out of range.</exception>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, ToJson());

    /// <summary>Sees to it that every value is in its range.</summary>
    /// <exception cref="NativeSslException">One is not; the message names field, value and cure.</exception>
    public void Check()
    {
        foreach (double number in RealNumbers.Concat([LearningRate, FinalLearningRate, WeightDecay, Clip]))
            if (!double.IsFinite(number))
                throw new NativeSslException($"Recipe: a hyper-parameter is {number}; only finite numbers make a run.");
        Dictionary<string, JsonElement> fields = FlatJson.Read(Serialize(), "Recipe");
        if (RecipeKind.Problem(fields) is { } problem) throw new NativeSslException($"Recipe: {problem}");
        if (RecipeKind.Of(fields)!.Type != GetType())
            throw new NativeSslException($"Recipe: objective '{Objective}' does not go with a {GetType().Name}; "
                + $"it takes a {RecipeKind.Of(fields)!.Type.Name}.");
    }

    /// <summary>The real numbers that only this kind has: JSON has no word for NaN.</summary>
    private protected abstract IEnumerable<double> RealNumbers { get; }

    /// <summary>The fields as they are, in range or not.</summary>
    private protected abstract byte[] Serialize();
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TextRecipe)), JsonSerializable(typeof(MaskedWordsRecipe)), JsonSerializable(typeof(SimCseRecipe)), JsonSerializable(typeof(ImageRecipe))]
[JsonSerializable(typeof(SpanCorruptionRecipe)), JsonSerializable(typeof(TextToTextRecipe))]
sealed partial class RecipeJson : JsonSerializerContext;
