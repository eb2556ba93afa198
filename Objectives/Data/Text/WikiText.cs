namespace NativeSsl;

/// <summary>An article of WikiText.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Paragraphs">Its paragraphs in order, without headings of sections.</param>
public sealed record WikiArticle(string Title, IReadOnlyList<string> Paragraphs);

/// <summary>
/// Articles of Wikipedia, with spaces between tokens and <c>&lt;unk&gt;</c> for rare ones: Merity, Xiong, Bradbury &amp; Socher 2017, “Pointer sentinel
/// mixture models”, section 4. <c> = Title = </c> begins an article, <c> = = Section = = </c> a section.
/// </summary>
public static class WikiText
{
    /// <summary>Reads a file, for example <c>wiki.valid.tokens</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="MalformedFileException">It cannot be read, or is not of this form; the message names file and line.</exception>
    public static IReadOnlyList<WikiArticle> Read(string path) => Parse(WholeFile.Read(path), path);

    /// <summary>The articles of a file in memory.</summary>
    internal static IReadOnlyList<WikiArticle> Parse(ReadOnlySpan<byte> bytes, string file)
    {
        string[] lines = LabelledLines.Of(bytes, file);
        List<(string Title, int Line, List<string> Paragraphs)> articles = [];
        for (int i = 0; i < lines.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(lines[i])) continue;
            string line = LabelledLines.Text(lines[i], i + 1, file, "the line");
            int before = Marks(line, fromEnd: false);
            // A paragraph may begin with a mark: a heading has as many at its end, and a blank line before and behind.
            bool isHeading = before > 0 && before == Marks(line, fromEnd: true) && IsBlank(lines, i - 1) && IsBlank(lines, i + 1);
            if (isHeading && before == 1) articles.Add((line[1..^1].Trim(), i + 1, []));
            else if (articles.Count == 0)
                throw LabelledLines.Malformed(file, i + 1, $"'{LabelledLines.Cut(line)}' stands before the first title; ' = Title = ' is expected.");
            else if (!isHeading) articles[^1].Paragraphs.Add(line);
        }
        if (articles.Count == 0) throw LabelledLines.Malformed(file, 1, "nothing follows but blank lines; ' = Title = ' is expected.");
        foreach ((string title, int at, List<string> paragraphs) in articles)
            if (title.Length == 0 || paragraphs.Count == 0)
                throw LabelledLines.Malformed(file, at, title.Length == 0 ? "the title is blank."
                    : $"the article '{LabelledLines.Cut(title)}' has no paragraphs; cut short?");
        return [.. articles.Select(article => new WikiArticle(article.Title, article.Paragraphs))];
    }

    static bool IsBlank(string[] lines, int place) => place < 0 || place >= lines.Length || string.IsNullOrWhiteSpace(lines[place]);

    // How many '=' stand in a row at one end, with spaces between them; a line of nothing else has none.
    static int Marks(string line, bool fromEnd)
    {
        string[] tokens = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fromEnd) Array.Reverse(tokens);
        int count = tokens.TakeWhile(token => token == "=").Count();
        return count < tokens.Length ? count : 0;
    }
}
