using System.Text;
using System.Text.Json;

namespace NativeSsl;

/// <summary>
/// Abstracts of papers and summaries of one sentence: Cachola, Lo, Cohan &amp; Weld 2020, “TLDR: extreme summarization of scientific documents”. A line of
/// JSON for each paper, with the fields <c>source</c> and <c>target</c>, both lists of texts; its other fields are checked by name only.
/// </summary>
public static class SciTldr
{
    static readonly string[] Others = ["source_labels", "rouge_scores", "paper_id", "title", "ic"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file, for example <c>dev.jsonl</c>.</param>
    /// <exception cref="MalformedFileException">It cannot be read, or a line is no such paper; the message names file and line.</exception>
    public static Summaries Read(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>The papers of a file in memory.</summary>
    internal static Summaries Parse(ReadOnlySpan<byte> bytes, string file)
    {
        string[] lines = LabelledLines.Of(bytes, file);
        List<IReadOnlyList<string>> sources = [], targets = [];
        for (int i = 0; i < lines.Length; i++)
        {
            string line = $"{file}, line {i + 1}";
            if (string.IsNullOrWhiteSpace(lines[i])) throw new MalformedFileException(line, "it is empty; delete it.");
            Dictionary<string, JsonElement> fields = FlatJson.Read(Encoding.UTF8.GetBytes(lines[i]), line);
            sources.Add(Texts(fields, "source", line));
            targets.Add(Texts(fields, "target", line));
            foreach (string other in Others) fields.Remove(other);
            fields.End(line, $"source, target, {string.Join(", ", Others)}");
        }
        return new("SciTLDR", sources, targets);
    }

    // Abstracts were cut into sentences by a program that left blank ones, and line ends within some.
    static string[] Texts(Dictionary<string, JsonElement> fields, string name, string line)
    {
        List<string> texts = [];
        foreach (JsonElement element in fields.Take(name, JsonValueKind.Array, line).EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String)
                throw new MalformedFileException(line, $"field '{name}' holds {FlatJson.Show(element)}; a list of texts is expected.");
            string text;
            try { text = element.GetString()!; }
            catch (InvalidOperationException error) { throw new MalformedFileException(line, $"field '{name}' holds half of a surrogate pair.", error); }
            text = string.Concat(text.Select(c => c is < ' ' or '\x7F' ? ' ' : c)).Trim();
            if (text.Length > 0) texts.Add(text);
        }
        return texts.Count > 0 ? [.. texts] : throw new MalformedFileException(line, $"field '{name}' holds no text.");
    }
}
