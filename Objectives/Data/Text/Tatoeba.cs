namespace NativeSsl;

/// <summary>
/// Sentences and their translations, collected by volunteers (tatoeba.org): a line for each pair, sentence, tab, translation. An English sentence that has
/// several translations stands on several lines, so the division is by <see cref="HashSplit"/> of the English side: no English sentence is in two parts.
/// </summary>
public static class Tatoeba
{
    /// <summary>Reads and divides a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Pairs of English and the other language, in the file's order.</returns>
    /// <exception cref="MalformedFileException">It cannot be read, or a line is not a pair; the message names file and line.</exception>
    public static TextParts<TextPairs> Read(string path)
    {
        TextPairs all = Parse(WholeFile.Read(path), path);
        TextParts<int[]> places = HashSplit.Places(all.Firsts);
        return new(all.Take(places.Train), all.Take(places.Validation), all.Take(places.Test));
    }

    /// <summary>All pairs of a file in memory.</summary>
    internal static TextPairs Parse(ReadOnlySpan<byte> bytes, string file)
    {
        string[] lines = LabelledLines.Of(bytes, file);
        HashSet<string> seen = new(StringComparer.Ordinal);
        string[] firsts = new string[lines.Length], seconds = new string[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            string[] fields = LabelledLines.Fields(lines[i], i + 1, file, "sentence", "translation");
            if (!seen.Add(lines[i])) throw LabelledLines.Malformed(file, i + 1, $"the pair '{LabelledLines.Cut(lines[i])}' stood there before; delete one.");
            (firsts[i], seconds[i]) = (fields[0], fields[1]);
        }
        return new("Tatoeba", firsts, seconds);
    }
}
