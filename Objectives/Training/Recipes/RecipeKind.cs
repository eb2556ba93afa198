using System.Text.Json;

namespace NativeSsl;

/// <summary>A kind of recipe: the objectives it is for, and what each field may be. The field <c>objective</c> chooses it.</summary>
sealed class RecipeKind(Type type, string[] objectives, RecipeRule[] own,
    Func<IReadOnlyDictionary<string, JsonElement>, string?> conflict, RecipeKind.Reader read)
{
    internal delegate Recipe Reader(ReadOnlySpan<byte> json);

    static readonly RecipeKind[] All =
    [
        new(typeof(TextRecipe), ["next-token"], TextRecipe.Rules, TextRecipe.Conflict,
            json => JsonSerializer.Deserialize(json, RecipeJson.Default.TextRecipe)!),
        new(typeof(MaskedWordsRecipe), ["masked-words"], MaskedWordsRecipe.Rules, EncoderRecipe.Conflict,
            json => JsonSerializer.Deserialize(json, RecipeJson.Default.MaskedWordsRecipe)!),
        new(typeof(SimCseRecipe), ["simcse"], SimCseRecipe.Rules, SimCseRecipe.ConflictOfSizes,
            json => JsonSerializer.Deserialize(json, RecipeJson.Default.SimCseRecipe)!),
        new(typeof(SpanCorruptionRecipe), ["span-corruption"], SpanCorruptionRecipe.Rules, SpanCorruptionRecipe.Conflict,
            json => JsonSerializer.Deserialize(json, RecipeJson.Default.SpanCorruptionRecipe)!),
        new(typeof(TextToTextRecipe), ["text-to-text"], TextToTextRecipe.Rules, TextToTextRecipe.Conflict,
            json => JsonSerializer.Deserialize(json, RecipeJson.Default.TextToTextRecipe)!),
        new(typeof(ImageRecipe), ["simclr"], ImageRecipe.Rules, _ => null,
            json => JsonSerializer.Deserialize(json, RecipeJson.Default.ImageRecipe)!),
    ];

    static readonly RecipeRule Objective =
        RecipeRule.Text("objective", "\"next-token\", \"masked-words\", \"simcse\", \"span-corruption\", \"text-to-text\" or \"simclr\"", [.. All.SelectMany(kind => kind._objectives)]);

    readonly string[] _objectives = objectives;

    readonly RecipeRule[] _rules =
    [
        RecipeRule.Text("data", "the path of the data, or \"built-in\""),
        .. own,
        RecipeRule.Whole("steps", 1, int.MaxValue, "2000 is a short run"),
        RecipeRule.Real("learningRate", 1e-12, 100, "0.001 is usual"),
        RecipeRule.Real("finalLearningRate", 0, 100, "a tenth of learningRate is usual"),
        RecipeRule.Whole("warmUp", 0, int.MaxValue, "100 is usual; 0 for none"),
        RecipeRule.Real("weightDecay", 0, 100, "0.1 is usual for text, 0.000001 for images; 0 for none"),
        RecipeRule.Real("clip", 0, 1e9, "1 is usual for text; 0 for none"),
        RecipeRule.Whole("seed", 0, long.MaxValue, "any whole number"),
        RecipeRule.Whole("checkpointInterval", 0, int.MaxValue, "250 is usual; 0 saves at the end only"),
    ];

    /// <summary>The class of such recipes.</summary>
    public Type Type => type;

    /// <summary>Reads one that has no problem.</summary>
    public Recipe Read(ReadOnlySpan<byte> json) => read(json);

    /// <summary>The kind that the field <c>objective</c> chooses; null if there is none.</summary>
    public static RecipeKind? Of(IReadOnlyDictionary<string, JsonElement> fields) =>
        Objective.Problem(fields) is null ? All.First(kind => kind._objectives.Contains(fields[Objective.Name].GetString())) : null;

    /// <summary>The first thing wrong with a recipe, as a sentence with its cure; null if nothing is.</summary>
    public static string? Problem(IReadOnlyDictionary<string, JsonElement> fields) =>
        Objective.Problem(fields) ?? Of(fields)!.ProblemOfKind(fields);

    string? ProblemOfKind(IReadOnlyDictionary<string, JsonElement> fields)
    {
        string[] known = [Objective.Name, .. _rules.Select(rule => rule.Name)];
        foreach (string name in fields.Keys)
            if (!known.Contains(name))
                return $"field '{(name.Length > 60 ? name[..60] + "…" : name)}' is unknown{Nearest(name, known)}. "
                    + $"Known are {string.Join(", ", known)}.";
        return _rules.Select(rule => rule.Problem(fields)).FirstOrDefault(problem => problem is not null)
            ?? conflict(fields) ?? ConflictOfSchedule(fields);
    }

    static string? ConflictOfSchedule(IReadOnlyDictionary<string, JsonElement> fields) =>
        fields["finalLearningRate"].GetDouble() > fields["learningRate"].GetDouble()
            ? $"field 'finalLearningRate' is {FlatJson.Show(fields["finalLearningRate"])}, " +
                $"above learningRate {FlatJson.Show(fields["learningRate"])}; it is where the rate falls to."
        : fields["warmUp"].GetInt32() > fields["steps"].GetInt32()
            ? $"field 'warmUp' is {FlatJson.Show(fields["warmUp"])}, more than steps {FlatJson.Show(fields["steps"])}; "
                + "take a tenth of the steps."
        : null;

    // A slip of the finger is off by case or by a letter or two.
    static string Nearest(string name, string[] known) =>
        known.FirstOrDefault(other =>
            string.Equals(other, name.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)) is { } meant
            ? $"; '{meant}' is meant" : "";
}
