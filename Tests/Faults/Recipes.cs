using System.Text;

namespace NativeSsl.Tests;

public sealed class Recipes
{
    static readonly string Good = Encoding.UTF8.GetString(new TextRecipe().ToJson());

    static string With(string field, string? value)
    {
        string line = Good.Split('\n').Single(line => line.Contains($"\"{field}\"", StringComparison.Ordinal));
        return Good.Replace(line,
            value is null ? "" : $"  \"{field}\": {value}" + (line.EndsWith(',') ? "," : ""), StringComparison.Ordinal);
    }

    public static TheoryData<string, string[]> Kinds => new()
    {
        { "", ["not valid JSON"] }, { "{", ["not valid JSON"] }, { "[]", ["object is expected"] }, { "3", ["object is expected"] },
        { "nul", ["not valid JSON"] },
        { "{}", ["'objective' is missing", "next-token"] }, { Good + Good, ["not valid JSON"] }, { "\uFEFF" + Good, ["not valid JSON"] },
        { "// x\n" + Good, ["not valid JSON"] },
        { Good.Replace("false", "False"), ["not valid JSON"] }, { Good.Replace("\n}", ",\n}"), ["not valid JSON"] },
        { Good.Replace("\"layers\"", "\"Layers\""), ["'Layers' is unknown", "'layers' is meant"] },
        { Good.Replace("\"learningRate\"", "\"learning_rate\""), ["'learning_rate' is unknown", "'learningRate' is meant"] },
        { Good.Replace("{", "{\"layers\": 4,"), ["'layers' stands there twice"] },
        { Good.Replace("{", "{\"l\\u0061yers\": 4,"), ["'layers' stands there twice"] },
        { Good.Replace("{", "{\"epochs\": 4,"), ["'epochs' is unknown", "Known are objective"] },
        { Good.Replace("{", "{\"\\uD800\": 4,"), ["not valid JSON"] },
        { With("layers", "null"), ["'layers' is null", "a number is expected"] },
        { With("layers", "\"4\""), ["'layers' is \"4\"", "a number"] },
        { With("layers", "4.0"), ["'layers' is 4.0", "whole"] }, { With("layers", "0"), ["'layers' is 0", "from 1 to 1000"] },
        { With("layers", "1e3"), ["'layers' is 1e3", "whole"] },
        { With("layers", "[4]"), ["'layers' is [4]"] }, { With("layers", "{}"), ["'layers' is {}"] },
        { With("layers", "99999999999999999999"), ["whole"] },
        { With("heads", "3"), ["'width' is 128", "'heads' = 3", "width 129"] }, { With("width", "-128"), ["'width' is -128"] },
        { With("context", "0"), ["'context' is 0"] },
        { With("batch", "true"), ["'batch' is true"] }, { With("steps", "2147483648"), ["'steps' is 2147483648"] },
        { With("learningRate", "0"), ["'learningRate' is 0"] },
        { With("learningRate", "1e999"), ["'learningRate'"] }, { With("learningRate", "NaN"), ["not valid JSON"] },
        { With("learningRate", "\"NaN\""), ["a number is expected"] },
        { With("finalLearningRate", "1"), ["'finalLearningRate' is 1", "above learningRate 0.001"] },
        { With("warmUp", "2001"), ["'warmUp' is 2001", "more than steps 2000"] },
        { With("beta1", "1"), ["'beta1' is 1", "0.9 is usual"] }, { With("beta2", "-0.1"), ["'beta2' is -0.1"] },
        { With("weightDecay", "-1"), ["'weightDecay'"] },
        { With("clip", "-1"), ["'clip'"] }, { With("dropout", "1"), ["'dropout' is 1", "0 turns it off"] },
        { With("bias", "0"), ["'bias' is 0", "true or false"] },
        { With("focused", "1"), ["'focused' is 1", "true or false"] },
        { With("bias", "\"true\""), ["true or false"] }, { With("seed", "-1"), ["'seed' is -1"] },
        { With("seed", "9223372036854775808"), ["whole"] },
        { With("objective", "\"\""), ["must not be empty"] }, { With("objective", "4"), ["a string is expected"] },
        { With("data", "null"), ["a string is expected"] },
        { With("tokenizer", "\"words\""), ["'tokenizer' is \"words\"", "\"character\", \"byte\", \"bpe\""] },
        { With("vocabulary", "0"), ["'vocabulary' is 0", "8192 is usual"] }, { With("heldOut", "\"\""), ["'heldOut' is \"\"", "must not be empty"] },
        { With("evaluationInterval", "-1"), ["'evaluationInterval'"] },
        { With("checkpointInterval", "1.5"), ["whole"] }, { With("clip", null), ["'clip' is missing", "1 is usual"] },
        { With("seed", null), ["'seed' is missing"] },
        { "{\"a\":" + new string('[', 10_000), ["not valid JSON"] },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void What_is_wrong_is_said_with_field_value_and_cure(string json, string[] said)
    {
        MalformedFileException error =
            Assert.Throws<MalformedFileException>(() => Recipe.Parse(Encoding.UTF8.GetBytes(json), "recipe.json"));
        Assert.StartsWith("recipe.json: ", error.Message);
        Assert.All(said, part => Assert.Contains(part, error.Message));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused()
    {
        byte[] json = Encoding.Latin1.GetBytes(Good.Replace("built-in", "\u00FC", StringComparison.Ordinal));
        Assert.Throws<MalformedFileException>(() => Recipe.Parse(json, "recipe.json"));
        Assert.Throws<MalformedFileException>(() => Recipe.Load("/nowhere/recipe.json"));
    }

    [Fact]
    public void A_recipe_is_read_as_it_was_written()
    {
        using Scratch scratch = new();
        TextRecipe recipe = new() { Data = "ü/İ.txt", Layers = 6, LearningRate = 3.0000000000000004e-4, FinalLearningRate = 1e-12, Bias = true,
            Seed = long.MaxValue, Dropout = 0.1 };
        recipe.Save(scratch.File("recipe.json"));
        Assert.Equal(recipe, Recipe.Load(scratch.File("recipe.json")));
    }

    [CultureFact]
    public void Every_culture_writes_the_same_bytes()
    {
        List<byte[]> written = [.. CultureFactAttribute.InEach(() => new TextRecipe { LearningRate = 0.0015, Data = "İi" }.ToJson())];
        Assert.All(written, bytes => Assert.Equal(written[0], bytes));
        Assert.DoesNotContain((byte)'\r', written[0]);
        Assert.All(CultureFactAttribute.InEach(() => Recipe.Parse(written[0], "r")), recipe => Assert.Equal(0.0015, recipe.LearningRate));
    }

    [Fact]
    public void Cut_and_mutated_recipes_raise_nothing_else()
    {
        byte[] good = Encoding.UTF8.GetBytes(Good);
        for (int length = 0; length < good.Length - 2; length++)
            Assert.Throws<MalformedFileException>(() => Recipe.Parse(good.AsMemory(0, length), "recipe.json"));
        Mutations.Try(good, 10_000, bytes => Recipe.Parse(bytes, "recipe.json"));
    }

    [Fact]
    public void A_recipe_made_in_code_is_checked_too()
    {
        Assert.Contains("'heads' = 5", Assert.Throws<NativeSslException>(() => new TextRecipe { Heads = 5 }.Check()).Message);
        Assert.Contains("NaN", Assert.Throws<NativeSslException>(() => new TextRecipe { LearningRate = double.NaN }.Check()).Message);
        Assert.Throws<NativeSslException>(() => new TextRecipe { Tokenizer = "" }.Save("/nowhere"));
    }
}
