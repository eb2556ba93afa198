using System.Text.Json;

namespace NativeSsl;

/// <summary>What a field of a recipe may be, with what to write instead.</summary>
sealed record RecipeRule(string Name, JsonValueKind Kind, double Least, double Most, string Cure, bool IsWhole = false,
    string[]? Words = null)
{
    /// <summary>A string; one of some words if there are any.</summary>
    public static RecipeRule Text(string name, string cure, params string[] words) =>
        new(name, JsonValueKind.String, 0, 0, cure, Words: words);

    /// <summary>A whole number.</summary>
    public static RecipeRule Whole(string name, double least, double most, string cure) =>
        new(name, JsonValueKind.Number, least, most, cure, IsWhole: true);

    /// <summary>A real number.</summary>
    public static RecipeRule Real(string name, double least, double most, string cure) =>
        new(name, JsonValueKind.Number, least, most, cure);

    /// <summary>True or false.</summary>
    public static RecipeRule Truth(string name) => new(name, JsonValueKind.True, 0, 0, "true or false");

    /// <summary>What is wrong with the field among others, as a sentence with its cure; null if nothing is.</summary>
    public string? Problem(IReadOnlyDictionary<string, JsonElement> fields) =>
        !fields.TryGetValue(Name, out JsonElement value) ? $"field '{Name}' is missing; {Cure}."
        : Broken(value) is { } why ? $"field '{Name}' is {FlatJson.Show(value)}; {why} ({Cure})." : null;

    string? Broken(JsonElement value)
    {
        switch (Kind)
        {
            case JsonValueKind.True:
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "true or false is expected";
            case JsonValueKind.String:
                if (value.ValueKind != JsonValueKind.String) return "a string is expected";
                string text = value.GetString()!;
                return text.Length == 0 ? "it must not be empty"
                    : Words is { Length: > 0 } && !Words.Contains(text) ? "it is none of the known ones" : null;
            default:
                if (value.ValueKind != JsonValueKind.Number) return "a number is expected";
                if (IsWhole && !value.TryGetInt64(out _)) return "a whole number is expected";
                double number = value.GetDouble();
                return number >= Least && number <= Most ? null
                    : FormattableString.Invariant($"it must be from {Least:0.#######} to {Most:0.#######}");
        }
    }
}
