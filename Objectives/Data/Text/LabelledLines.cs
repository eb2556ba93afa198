using System.Globalization;

namespace NativeSsl;

/// <summary>A file of lines, read strictly as UTF-8; what is wrong with a line is said with its number, from 1.</summary>
static class LabelledLines
{
    /// <summary>The lines of a file. CR LF ends a line as LF does; the last need not end.</summary>
    /// <exception cref="MalformedFileException">It is empty or not UTF-8.</exception>
    internal static string[] Of(ReadOnlySpan<byte> bytes, string file)
    {
        string[] lines = TextCorpus.Decode(bytes, file, LineEnds.Normalize).Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    /// <summary>The fields of a line between tabs, each with something in it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="file">The file.</param>
    /// <param name="names">What the fields are called: there must be as many.</param>
    /// <exception cref="MalformedFileException">There are more or fewer, one is blank, or holds a control character.</exception>
    internal static string[] Fields(string line, int number, string file, params ReadOnlySpan<string> names)
    {
        string[] fields = line.Split('\t');
        if (line.Length == 0) throw Malformed(file, number, "it is empty; delete it.");
        if (fields.Length != names.Length)
            throw Malformed(file, number, $"it has {fields.Length} fields; {names.Length} are expected, with tabs between them: {string.Join(", ", names)}.");
        for (int i = 0; i < fields.Length; i++) fields[i] = Text(fields[i], number, file, names[i]);
        return fields;
    }

    /// <summary>A text without spaces at its ends.</summary>
    /// <exception cref="MalformedFileException">It is blank, or holds a control character.</exception>
    internal static string Text(string text, int number, string file, string name) =>
        Fault(text) is { } fault ? throw Malformed(file, number, $"{name} {fault}") : text.Trim();

    /// <summary>What is wrong with a text; null if nothing is.</summary>
    internal static string? Fault(string text)
    {
        foreach (char c in text) if (c is < ' ' and not '\t' or '\x7F') return $"holds the control character U+{(int)c:X4}; take it out.";
        return string.IsNullOrWhiteSpace(text) ? "is blank." : null;
    }

    /// <summary>A score within bounds, written with a point.</summary>
    /// <exception cref="MalformedFileException">It is none.</exception>
    internal static double Score(string text, int number, string file, double least, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double score) && score >= least && score <= most
            ? score : throw Malformed(file, number, FormattableString.Invariant($"the score is '{Cut(text)}'; a number from {least} to {most} is expected."));

    internal static MalformedFileException Malformed(string file, int number, string reason) => new(file, $"line {number}: {reason}");

    /// <summary>A text for a message, cut to a readable length.</summary>
    internal static string Cut(string text) => text.Length > 60 ? text[..60] + "…" : text;
}
