using System.Text.Json;
using System.Text.Json.Serialization;

namespace NativeSsl;

/// <summary>
/// The hyper-parameters of a run: with the data, the seed and the version of the program they decide it bit for bit. The defaults are a
/// small character model that a laptop trains in minutes. Change a few with <c>recipe with { Steps = 500 }</c>.
/// </summary>
public sealed record Recipe
{
    /// <summary>The pretext task, for example <c>next-token</c>.</summary>
    public string Objective { get; init; } = "next-token";
    /// <summary>A file or folder of text, or <c>built-in</c>.</summary>
    public string Data { get; init; } = "built-in";
    /// <summary><c>character</c> or <c>byte</c>.</summary>
    public string Tokenizer { get; init; } = "character";
    /// <summary>Transformer blocks.</summary>
    public int Layers { get; init; } = 4;
    /// <summary>Attention heads; they share the width.</summary>
    public int Heads { get; init; } = 4;
    /// <summary>Features of a token.</summary>
    public int Width { get; init; } = 128;
    /// <summary>Tokens that the model sees at once.</summary>
    public int Context { get; init; } = 64;
    /// <summary>Whether linear layers and layer norms have a bias.</summary>
    public bool Bias { get; init; }
    /// <summary>The share of activations set to zero in training.</summary>
    public double Dropout { get; init; }
    /// <summary>Windows of text in a step.</summary>
    public int Batch { get; init; } = 12;
    /// <summary>Optimizer steps of the whole run.</summary>
    public int Steps { get; init; } = 2000;
    /// <summary>The largest learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;
    /// <summary>The learning rate that the cosine reaches when the last step is done.</summary>
    public double FinalLearningRate { get; init; } = 1e-4;
    /// <summary>Steps over which the learning rate rises.</summary>
    public int WarmUp { get; init; } = 100;
    /// <summary>AdamW's decay of the mean gradient.</summary>
    public double Beta1 { get; init; } = 0.9;
    /// <summary>AdamW's decay of the mean squared gradient.</summary>
    public double Beta2 { get; init; } = 0.99;
    /// <summary>AdamW's weight decay, on matrices only.</summary>
    public double WeightDecay { get; init; } = 0.1;
    /// <summary>The largest norm of the gradient; 0 does not clip.</summary>
    public double Clip { get; init; } = 1;
    /// <summary>Decides weights, batches and dropout.</summary>
    public long Seed { get; init; } = 1337;
    /// <summary>Steps from one validation to the next; 0 validates at the end only.</summary>
    public int EvaluationInterval { get; init; } = 250;
    /// <summary>Steps from one checkpoint to the next; 0 saves at the end only.</summary>
    public int CheckpointInterval { get; init; } = 250;

    /// <summary>Reads a recipe file. Every field must be there, and nothing else.</summary>
    /// <exception cref="MalformedFileException">It is not; the message names field, value and cure.</exception>
    public static Recipe Load(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>Reads a recipe from UTF-8 JSON.</summary>
    /// <inheritdoc cref="Load"/>
    public static Recipe Parse(ReadOnlyMemory<byte> json, string file)
    {
        Dictionary<string, JsonElement> fields = FlatJson.Read(json, file);
        if (RecipeRules.Problem(fields) is { } problem) throw new MalformedFileException(file, problem);
        return JsonSerializer.Deserialize(json.Span, RecipeJson.Default.Recipe)!;
    }

    /// <summary>The recipe as UTF-8 JSON, a field per line; the same bytes on every platform.</summary>
    /// <exception cref="NativeSslException">A value is out of range.</exception>
    public byte[] ToJson()
    {
        Check();
        return [.. JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.Recipe), (byte)'\n'];
    }

    /// <summary>Writes a recipe file, whole or not at all.</summary>
    /// <exception cref="NativeSslException">A value is out of range.</exception>
    /// <exception cref="FileWriteException">It cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, ToJson());

    /// <summary>Sees to it that every value is in its range.</summary>
    /// <exception cref="NativeSslException">One is not; the message names field, value and cure.</exception>
    public void Check()
    {
        foreach (double number in new[] { Dropout, LearningRate, FinalLearningRate, Beta1, Beta2, WeightDecay, Clip })
            if (!double.IsFinite(number))
                throw new NativeSslException($"Recipe: a hyper-parameter is {number}; only finite numbers make a run.");
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, RecipeJson.Default.Recipe);
        if (RecipeRules.Problem(FlatJson.Read(json, "Recipe")) is { } problem) throw new NativeSslException($"Recipe: {problem}");
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Recipe))]
sealed partial class RecipeJson : JsonSerializerContext;
