namespace NativeSsl;

/// <summary>
/// Sentences from reviews of films, half of them favourable: Pang &amp; Lee 2005, “Seeing stars”, 5,331 of each kind, one a line. The files are read
/// as UTF-8, as NLTK gives them away. In them stand U+0091 … U+0097: Windows' quotes and dashes, taken for ISO 8859-1 when the files were converted;
/// they become the marks that were meant. There is no official division, so <see cref="HashSplit"/> makes one.
/// </summary>
public static class SentencePolarity
{
    /// <summary>The files of a folder.</summary>
    public const string Negative = "rt-polarity.neg", Positive = "rt-polarity.pos";

    const int FirstMark = 0x91;
    const string Marks = "‘’“”•–—";

    /// <summary>Reads the two files of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>Classes <c>negative</c> and <c>positive</c>.</returns>
    /// <exception cref="MalformedFileException">A file cannot be read, is not UTF-8, or a line holds no sentence; the message names file and line.</exception>
    public static TextParts<LabelledTexts> Read(string folder)
    {
        string negative = Path.Combine(folder, Negative), positive = Path.Combine(folder, Positive);
        return Of(Parse(WholeFile.Read(negative), negative), Parse(WholeFile.Read(positive), positive), folder);
    }

    /// <summary>The sentences of one file.</summary>
    /// <inheritdoc cref="Read"/>
    internal static string[] Parse(ReadOnlySpan<byte> bytes, string file)
    {
        string[] lines = LabelledLines.Of(bytes, file);
        for (int i = 0; i < lines.Length; i++) lines[i] = LabelledLines.Text(Repaired(lines[i], i + 1, file), i + 1, file, "the sentence");
        return lines;
    }

    /// <summary>The division of sentences of both kinds.</summary>
    /// <exception cref="MalformedFileException">A sentence is of both kinds.</exception>
    internal static TextParts<LabelledTexts> Of(string[] negative, string[] positive, string folder)
    {
        foreach (string both in negative.Intersect(positive, StringComparer.Ordinal))
            throw new MalformedFileException(folder, $"'{LabelledLines.Cut(both)}' stands in both files; was one copied over the other?");
        string[] texts = [.. negative, .. positive];
        var all = new LabelledTexts("sentence polarity", Split.Train, texts,
            [.. texts.Select((_, i) => i < negative.Length ? 0 : 1)], ["negative", "positive"]);
        TextParts<int[]> places = HashSplit.Places(texts);
        LabelledTexts test = all.Take(places.Test);
        return new(all.Take(places.Train), all.Take(places.Validation), new(test.Name, Split.Test, test.Texts, test.Labels, test.Classes));
    }

    static string Repaired(string line, int number, string file) => !line.AsSpan().ContainsAnyInRange('\x80', '\x9F') ? line
        : string.Concat(line.Select(c => c switch
        {
            < '\x80' or > '\x9F' => c,
            '\x85' => ' ',                                                              // the end of a line on some machines
            _ when c - FirstMark is >= 0 and int place && place < Marks.Length => Marks[place],
            _ => throw LabelledLines.Malformed(file, number, $"the sentence holds the control character U+{(int)c:X4}; take it out."),
        }));
}
