namespace NativeSsl;

/// <summary>
/// Pairs of sentences, how related people found them (1 … 5), and whether the second follows from the first: Marelli et al. 2014, “A SICK cure for the
/// evaluation of compositional distributional semantic models”. Tab-separated, with a first line that names the fields.
/// </summary>
/// <param name="Relatedness">The pairs with their scores, in the file's order.</param>
/// <param name="Entailment">The same pairs with their classes: contradiction, entailment, neutral.</param>
public sealed record Sick(TextPairs Relatedness, LabelledTexts Entailment)
{
    const int Entails = 1;

    static readonly string[] Names = ["pair_ID", "sentence_A", "sentence_B", "relatedness_score", "entailment_judgment"];
    static readonly string[] Judgments = ["CONTRADICTION", "ENTAILMENT", "NEUTRAL"];

    /// <summary>Reads the three files of a folder: <c>SICK_train.txt</c>, <c>SICK_trial.txt</c> (to choose by) and <c>SICK_test_annotated.txt</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="MalformedFileException">A file cannot be read, or is not one of SICK; the message names file and line.</exception>
    public static TextParts<Sick> Read(string folder)
    {
        Sick Of(string name, Split split)
        {
            string path = Path.Combine(folder, name);
            return Parse(WholeFile.Read(path), path, split);
        }
        return new(Of("SICK_train.txt", Split.Train), Of("SICK_trial.txt", Split.Train), Of("SICK_test_annotated.txt", Split.Test));
    }

    /// <summary>The pairs whose second sentence follows from the first: what supervised <see cref="SimCse"/> learns from.</summary>
    public TextPairs Entailed => Relatedness.Take(Enumerable.Range(0, Entailment.Count).Where(i => Entailment.Labels[i] == Entails));

    /// <summary>The pairs of one file.</summary>
    internal static Sick Parse(ReadOnlySpan<byte> bytes, string file, Split split)
    {
        string[] lines = LabelledLines.Of(bytes, file);
        if (lines[0] != string.Join('\t', Names))
            throw LabelledLines.Malformed(file, 1, $"it is '{LabelledLines.Cut(lines[0])}'; the names of the fields are expected, with tabs between them: " +
                $"{string.Join(", ", Names)}.");
        if (lines.Length == 1) throw LabelledLines.Malformed(file, 1, "no pairs follow it; cut short?");
        List<string> firsts = [], seconds = [];
        List<double> scores = [];
        List<int> labels = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int i = 1; i < lines.Length; i++)
        {
            string[] fields = LabelledLines.Fields(lines[i], i + 1, file, Names);
            if (fields[0].AsSpan().ContainsAnyExceptInRange('0', '9') || !seen.Add(fields[0]))
                throw LabelledLines.Malformed(file, i + 1, $"pair_ID is '{LabelledLines.Cut(fields[0])}'; a whole number is expected that no other pair has.");
            firsts.Add(fields[1]);
            seconds.Add(fields[2]);
            scores.Add(LabelledLines.Score(fields[3], i + 1, file, 1, 5));
            labels.Add(Array.IndexOf(Judgments, fields[4]) is >= 0 and int label ? label : throw LabelledLines.Malformed(file, i + 1,
                $"entailment_judgment is '{LabelledLines.Cut(fields[4])}'; known are {string.Join(", ", Judgments)}."));
        }
        return new(new("SICK", firsts, seconds, scores), new("SICK", split, firsts, labels, ["contradiction", "entailment", "neutral"], seconds));
    }
}
