namespace NativeSsl;

/// <summary>
/// Pairs of sentences and how alike people found them, 0 … 5: the tasks of semantic textual similarity (Agirre et al. 2014, “SemEval-2014 task 10”), a
/// line for each pair: score, tab, sentence, tab, sentence.
/// </summary>
public static class SimilarityPairs
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MalformedFileException">It cannot be read, or a line is not such a pair; the message names file and line.</exception>
    public static TextPairs Read(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>The pairs of a file in memory.</summary>
    internal static TextPairs Parse(ReadOnlySpan<byte> bytes, string file)
    {
        string[] lines = LabelledLines.Of(bytes, file);
        string[][] fields = [.. lines.Select((line, i) => LabelledLines.Fields(line, i + 1, file, "score", "first sentence", "second sentence"))];
        return new("STS", [.. fields.Select(of => of[1])], [.. fields.Select(of => of[2])],
            [.. fields.Select((of, i) => LabelledLines.Score(of[0], i + 1, file, 0, 5))]);
    }
}
