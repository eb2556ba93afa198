using System.Text.Json;

namespace NativeSsl;

/// <summary>What each field of a recipe may be; one line a field, so that every error can say what to write instead.</summary>
static class RecipeRules
{
    readonly record struct Rule(string Name, JsonValueKind Kind, double Least, double Most, string Cure,
        bool Whole = false, string[]? Words = null);

    static Rule Text(string name, string cure, params string[] words) => new(name, JsonValueKind.String, 0, 0, cure, Words: words);
    static Rule Whole(string name, double least, double most, string cure) =>
        new(name, JsonValueKind.Number, least, most, cure, Whole: true);
    static Rule Real(string name, double least, double most, string cure) => new(name, JsonValueKind.Number, least, most, cure);

    static readonly Rule[] Rules =
    [
        Text("objective", "for example \"next-token\""),
        Text("data", "the path of a text, or \"built-in\""),
        Text("tokenizer", "\"character\" or \"byte\"", "character", "byte"),
        Whole("layers", 1, 1000, "4 is a small model"),
        Whole("heads", 1, 1000, "4 is a small model"),
        Whole("width", 1, 1 << 16, "128 is a small model"),
        Whole("context", 1, 1 << 20, "64 is a small model"),
        new("bias", JsonValueKind.True, 0, 0, "true or false"),
        Real("dropout", 0, 0.99, "0 turns it off"),
        Whole("batch", 1, 1 << 20, "12 is a small batch"),
        Whole("steps", 1, int.MaxValue, "2000 is a short run"),
        Real("learningRate", 1e-12, 100, "0.001 is usual"),
        Real("finalLearningRate", 0, 100, "a tenth of learningRate is usual"),
        Whole("warmUp", 0, int.MaxValue, "100 is usual; 0 for none"),
        Real("beta1", 0, 0.9999999, "0.9 is usual"),
        Real("beta2", 0, 0.9999999, "0.99 is usual"),
        Real("weightDecay", 0, 100, "0.1 is usual; 0 for none"),
        Real("clip", 0, 1e9, "1 is usual; 0 for none"),
        Whole("seed", 0, long.MaxValue, "any whole number"),
        Whole("evaluationInterval", 0, int.MaxValue, "250 is usual; 0 validates at the end only"),
        Whole("checkpointInterval", 0, int.MaxValue, "250 is usual; 0 saves at the end only"),
    ];

    /// <summary>The first thing wrong with a recipe, as a sentence with its cure; null if nothing is.</summary>
    public static string? Problem(IReadOnlyDictionary<string, JsonElement> fields)
    {
        foreach (string name in fields.Keys)
            if (!Rules.Any(rule => rule.Name == name))
                return $"field '{(name.Length > 60 ? name[..60] + "…" : name)}' is unknown{Nearest(name)}. " +
                    $"Known are {string.Join(", ", Rules.Select(rule => rule.Name))}.";
        foreach (Rule rule in Rules)
        {
            if (!fields.TryGetValue(rule.Name, out JsonElement value)) return $"field '{rule.Name}' is missing; {rule.Cure}.";
            if (Broken(rule, value) is { } why) return $"field '{rule.Name}' is {FlatJson.Show(value)}; {why} ({rule.Cure}).";
        }
        (int width, int heads) = (fields["width"].GetInt32(), fields["heads"].GetInt32());
        if (width % heads != 0)
            return $"field 'width' is {width}, which field 'heads' = {heads} does not divide; take width {width / heads * heads + heads}.";
        if (fields["finalLearningRate"].GetDouble() > fields["learningRate"].GetDouble())
            return $"field 'finalLearningRate' is {FlatJson.Show(fields["finalLearningRate"])}, " +
                $"above learningRate {FlatJson.Show(fields["learningRate"])}; it is where the rate falls to.";
        if (fields["warmUp"].GetInt32() > fields["steps"].GetInt32())
            return $"field 'warmUp' is {FlatJson.Show(fields["warmUp"])}, more than steps {FlatJson.Show(fields["steps"])}; " +
                "take a tenth of the steps.";
        return null;
    }

    static string? Broken(Rule rule, JsonElement value)
    {
        switch (rule.Kind)
        {
            case JsonValueKind.True:
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false is expected";
            case JsonValueKind.String:
                if (value.ValueKind != JsonValueKind.String) return "a string is expected";
                string text = value.GetString()!;
                return text.Length == 0 ? "it must not be empty"
                    : rule.Words is { Length: > 0 } words && !words.Contains(text) ? "it is none of the known ones" : null;
            default:
                if (value.ValueKind != JsonValueKind.Number) return "a number is expected";
                if (rule.Whole && !value.TryGetInt64(out _)) return "a whole number is expected";
                double number = value.GetDouble();
                return number >= rule.Least && number <= rule.Most ? null
                    : FormattableString.Invariant($"it must be from {rule.Least:0.#######} to {rule.Most:0.#######}");
        }
    }

    // A slip of the finger is off by case or by a letter or two.
    static string Nearest(string name) =>
        Rules.Select(rule => rule.Name).FirstOrDefault(known =>
            string.Equals(known, name.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)) is { } known
            ? $"; '{known}' is meant" : "";
}
