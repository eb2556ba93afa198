using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace NativeSsl;

/// <summary>What happens to the two-character line ends of Windows.</summary>
public enum LineEnds
{
    /// <summary>CR LF becomes LF, so that a text has one vocabulary wherever it was edited.</summary>
    Normalize,
    /// <summary>They stay as they are.</summary>
    Keep,
}

/// <summary>A text to learn from: read strictly as UTF-8, and split by position into training and validation.</summary>
public sealed class TextCorpus
{
    /// <summary>The name that stands for the text which comes with the library.</summary>
    public const string BuiltInName = "built-in";

    TextCorpus(string name, string text, double trainFraction)
    {
        if (!(trainFraction is > 0 and <= 1))
            throw new NativeSslException($"TextCorpus: a training share of {trainFraction}; it must be above 0 and at most 1.");
        (Name, Text) = (name, text);
        int split = (int)(text.Length * trainFraction);
        if (split < text.Length && char.IsLowSurrogate(text[split])) split++;               // not through the middle of a character
        (Train, Validation) = (text[..split], text[split..]);
    }

    /// <summary>Where it came from.</summary>
    public string Name { get; }
    /// <summary>All of it.</summary>
    public string Text { get; }
    /// <summary>The first part.</summary>
    public string Train { get; }
    /// <summary>The rest.</summary>
    public string Validation { get; }

    /// <summary>Reads what a recipe names: the built-in text, a file, or all <c>.txt</c> files of a folder in the order
    /// of their names.</summary>
    /// <param name="path">The path, or <c>built-in</c>.</param>
    /// <param name="trainFraction">The share of characters in the first part.</param>
    /// <param name="lineEnds">What happens to CR LF.</param>
    /// <exception cref="MalformedFileException">It cannot be read, is empty, or is not UTF-8;
    /// the message names the file and the byte.</exception>
    public static TextCorpus Load(string path, double trainFraction = 0.9, LineEnds lineEnds = LineEnds.Normalize) =>
        path == BuiltInName ? BuiltIn(trainFraction)
        : new TextCorpus(path, Directory.Exists(path) ? ReadFolder(path, lineEnds) : Decode(WholeFile.Read(path), path, lineEnds),
            trainFraction);

    /// <summary>A text in memory.</summary>
    public static TextCorpus FromText(string text, double trainFraction = 0.9) => new("text", text, trainFraction);

    /// <summary>The text that comes with the library; see <see cref="BuiltInText"/>.</summary>
    public static TextCorpus BuiltIn(double trainFraction = 0.9) => new(BuiltInName, BuiltInText.Value, trainFraction);

    /// <summary>A tokenizer that has learned from <see cref="Train"/> alone. A vocabulary of characters takes those of the whole text: it is a list of letters, counts none, and has no token
    /// for one that is not in it.</summary>
    /// <inheritdoc cref="Tokenizer.Create(string, IEnumerable{string}, int, IProgress{TokenizerProgress}, CancellationToken)"/>
    /// <param name="name"><c>character</c>, <c>byte</c>, <c>bpe</c>, <c>wordpiece</c> or <c>unigram</c>.</param>
    /// <param name="vocabulary">How many tokens there are to be, where the tokenizer has a choice.</param>
    public ITokenizer NewTokenizer(string name, int vocabulary) => Tokenizer.Create(name, [name == CharacterTokenizer.Kind ? Text : Train], vocabulary);

    static string ReadFolder(string folder, LineEnds lineEnds)
    {
        string[] files = Directory.GetFiles(folder, "*.txt");
        if (files.Length == 0) throw new MalformedFileException(folder, "the folder has no .txt files.");
        Array.Sort(files, StringComparer.Ordinal);
        StringBuilder all = new();
        foreach (string file in files)
        {
            all.Append(Decode(WholeFile.Read(file), file, lineEnds));
            // so that the last line of one does not run into the next
            if (all[^1] != '\n') all.Append('\n');
        }
        return all.ToString();
    }

    /// <summary>UTF-8 bytes as text, without a byte order mark.</summary>
    /// <exception cref="MalformedFileException">They are none, or not UTF-8.</exception>
    internal static string Decode(ReadOnlySpan<byte> bytes, string file, LineEnds lineEnds)
    {
        int mark = bytes.StartsWith("\uFEFF"u8) ? 3 : 0;
        if (bytes.Length == mark) throw new MalformedFileException(file, "the text is empty.");
        char[] buffer = ArrayPool<char>.Shared.Rent(bytes.Length);
        OperationStatus status = Utf8.ToUtf16(bytes[mark..], buffer, out int read, out int written, replaceInvalidSequences: false);
        string text = new(buffer, 0, written);
        ArrayPool<char>.Shared.Return(buffer);
        if (status != OperationStatus.Done)
            throw new MalformedFileException(file, bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
                ? "it looks like UTF-16 (byte 0); convert it to UTF-8, for example with iconv -f UTF-16 -t UTF-8."
                : $"byte {mark + read} (0x{bytes[mark + read]:X2}) is not UTF-8; " +
                    "convert the text to UTF-8, for example with iconv -f LATIN1 -t UTF-8.");
        return lineEnds == LineEnds.Normalize ? text.Replace("\r\n", "\n", StringComparison.Ordinal) : text;
    }
}
