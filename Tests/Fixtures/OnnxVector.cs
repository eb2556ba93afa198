using System.Globalization;
using System.Text.Json;

namespace NativeSsl.Tests.Fixtures;

/// <summary>One test of the ONNX project: an operator, its inputs, and the outputs that it says are right.</summary>
sealed class OnnxVector
{
    readonly Dictionary<string, JsonElement> _inputs, _attributes;
    readonly string[] _names;
    readonly JsonElement[] _outputs;

    OnnxVector(JsonElement test, JsonElement node)
    {
        Name = test.GetProperty("test").GetString()!;
        Operator = node.GetProperty("op").GetString()!;
        _names = [.. node.GetProperty("inputs").EnumerateArray().Select(name => name.GetString()!)];
        _attributes = node.GetProperty("attributes").EnumerateObject().ToDictionary(a => a.Name, a => a.Value);
        _inputs = test.GetProperty("inputs").EnumerateArray().ToDictionary(input => input.GetProperty("name").GetString()!);
        _outputs = [.. test.GetProperty("outputs").EnumerateArray()];
    }

    public string Name { get; }
    public string Operator { get; }

    /// <summary>The tests of one operator each; those of several are about graphs, not numbers.</summary>
    public static IEnumerable<OnnxVector> Read(string file)
    {
        foreach (string line in File.ReadLines(file))
        {
            JsonElement test = JsonDocument.Parse(line).RootElement;
            if (test.GetProperty("nodes").GetArrayLength() == 1) yield return new OnnxVector(test, test.GetProperty("nodes")[0]);
        }
    }

    public int InputCount => _names.Length;
    public bool Has(int input) => input < _names.Length && _names[input].Length > 0;
    public bool IsFloat(int input) => Type(input) == "float32";
    public string Type(int input) => Input(input).GetProperty("dtype").GetString()!;
    public int[] Lengths(int input) => [.. Input(input).GetProperty("shape").EnumerateArray().Select(length => length.GetInt32())];
    public float[] Floats(int input) => Floats(Input(input));
    public int[] Whole(int input) => [.. Floats(input).Select(value => (int)value)];
    public Tensor Tensor(IBackend backend, int input) => NativeSsl.Tensor.From(backend, Lengths(input), Floats(input));
    public Indices Indices(IBackend backend, int input) => NativeSsl.Indices.From(backend, Lengths(input), Whole(input));

    public int OutputCount => _outputs.Length;
    public bool OutputIsFloat => _outputs[0].GetProperty("dtype").GetString() == "float32";
    public float[] Output(int output) => Floats(_outputs[output]);
    public int[] OutputLengths(int output) =>
        [.. _outputs[output].GetProperty("shape").EnumerateArray().Select(length => length.GetInt32())];

    public bool Has(string attribute) => _attributes.ContainsKey(attribute);
    public int Whole(string attribute, int otherwise) =>
        _attributes.TryGetValue(attribute, out JsonElement value) ? value.GetInt32() : otherwise;
    public float Float(string attribute, float otherwise) =>
        _attributes.TryGetValue(attribute, out JsonElement value) ? value.GetSingle() : otherwise;
    public string Text(string attribute, string otherwise) =>
        _attributes.TryGetValue(attribute, out JsonElement value) ? value.GetString()! : otherwise;
    public int[]? Many(string attribute) =>
        _attributes.TryGetValue(attribute, out JsonElement value) ? [.. value.EnumerateArray().Select(v => v.GetInt32())] : null;

    public override string ToString() => $"{Operator} ({Name})";

    JsonElement Input(int input) => _inputs[_names[input]];

    // Truth values count as 0 and 1; what JSON has no number for is a string.
    static float[] Floats(JsonElement tensor) => [.. tensor.GetProperty("data").EnumerateArray().Select(value => value.ValueKind switch
    {
        JsonValueKind.True => 1f,
        JsonValueKind.False => 0f,
        JsonValueKind.Number => value.GetSingle(),
        _ => value.GetString()!.ToLowerInvariant() switch
        {
            "inf" or "infinity" => float.PositiveInfinity,
            "-inf" or "-infinity" => float.NegativeInfinity,
            "nan" => float.NaN,
            var text => float.Parse(text, CultureInfo.InvariantCulture),
        },
    })];
}
