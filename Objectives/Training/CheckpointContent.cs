using System.Globalization;

namespace NativeSsl;

/// <summary>Gathers what a run needs to go on: tensors, whole numbers and strings, by name.</summary>
public sealed class CheckpointWriter
{
    readonly List<SafetensorsItem> _items = [];
    readonly Dictionary<string, string> _texts = [];

    internal IReadOnlyList<SafetensorsItem> Items => _items;
    internal IReadOnlyDictionary<string, string> Texts => _texts;

    /// <summary>Adds a tensor; it is read when the file is written.</summary>
    public void Add(string name, Tensor tensor) => _items.Add(SafetensorsItem.From(name, tensor));

    /// <summary>Adds whole numbers.</summary>
    public void Add(string name, params long[] numbers) => _items.Add(SafetensorsItem.From(name, [numbers.Length], numbers));

    /// <summary>Adds a string.</summary>
    public void Add(string name, string text) => _texts.Add(name, text);
}

/// <summary>Gives back what a <see cref="CheckpointWriter"/> gathered.</summary>
public sealed class CheckpointReader : IDisposable
{
    internal const string LossKey = "validation_loss";

    readonly SafetensorsFile _file;

    /// <summary>Opens a checkpoint.</summary>
    /// <exception cref="MalformedFileException">It cannot be read, or was damaged.</exception>
    public CheckpointReader(string path) => _file = SafetensorsFile.Open(path);

    /// <summary>How many optimizer steps it has behind it.</summary>
    /// <exception cref="MalformedFileException">It does not say.</exception>
    public long Step => long.TryParse(Text("step"), NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step
        : throw new MalformedFileException(_file.Path, $"its step is '{Text("step")}', not a whole number from 0 on.");

    /// <summary>The latest validation loss when it was written; null if there was none.</summary>
    public double? ValidationLoss =>
        _file.Metadata.TryGetValue(LossKey, out string? text)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double loss) ? loss : null;

    /// <summary>Fills a tensor.</summary>
    /// <exception cref="MalformedFileException">There is none of this name and shape.</exception>
    public void Read(string name, Tensor tensor) => _file.ReadInto(name, tensor);

    /// <summary>Whole numbers.</summary>
    /// <exception cref="MalformedFileException">There are none of this name.</exception>
    public long[] Numbers(string name)
    {
        long[] numbers = new long[_file[name].Count];
        _file.Read(name, numbers);
        return numbers;
    }

    /// <summary>A string.</summary>
    /// <exception cref="MalformedFileException">There is none of this name.</exception>
    public string Text(string name) => _file.Metadata.TryGetValue(name, out string? text) ? text
        : throw new MalformedFileException(_file.Path, $"it has no entry '{name}'; is it a checkpoint of a run?");

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();
}
