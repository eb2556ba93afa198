namespace NativeSsl;

/// <summary>Where a document ends and the next begins.</summary>
public enum DocumentBreaks
{
    /// <summary>At titles, if the first line of a file is one; else at blank lines in a single file, and at the ends of files in a folder.</summary>
    Automatic,
    /// <summary>At the ends of files: a book a file.</summary>
    Files,
    /// <summary>At blank lines: the input of BERT's published code.</summary>
    BlankLines,
    /// <summary>At lines like <c>= Title =</c>: WikiText (Merity, Xiong, Bradbury &amp; Socher 2017).</summary>
    Titles,
}

/// <summary>A sentence of a corpus.</summary>
/// <param name="Source">The file it stands in.</param>
/// <param name="Document">The number of its document, from zero.</param>
/// <param name="Text">The sentence, never blank; of <see cref="Documents.InLines"/> a line, of <see cref="Documents.InFields"/> what stands between tabs.</param>
public readonly record struct Passage(string Source, int Document, string Text);

/// <summary>A corpus as documents of sentences, read as a stream: a line is held in memory at a time. Blank documents do not count.</summary>
public sealed class Documents
{
    static readonly string[] AboutTheData = ["NOTICE", "LICENSE", "LICENCE", "README", "COPYING"];

    readonly (string Name, Func<Action<long>?, IEnumerable<string>> Lines)[] _sources;
    readonly DocumentBreaks _breaks;
    readonly Pieces _pieces;
    readonly int? _cut;                                                     // the first passage of what counts as another document

    Documents(string name, (string, Func<Action<long>?, IEnumerable<string>>)[] sources, long bytes, DocumentBreaks breaks) =>
        (Name, _sources, Bytes, _breaks) = (name, sources, bytes, breaks);

    Documents(Documents other, Pieces pieces, int? cut) : this(other.Name, other._sources, other.Bytes, other._breaks) =>
        (RecognisesTitles, _pieces, _cut, Identity) = (other.RecognisesTitles, pieces, cut, $"{other.Identity} {pieces} {cut}");

    enum Pieces { Sentences, Lines, Fields }

    /// <summary>Where the corpus came from.</summary>
    public string Name { get; }
    /// <summary>How large it is.</summary>
    public long Bytes { get; }
    /// <summary>Its files, without their folder, in the order they are read.</summary>
    public IReadOnlyList<string> Sources => [.. _sources.Select(source => source.Name)];

    /// <summary>What a recipe names: the text inside the library, a file, or the <c>.txt</c> and <c>.tokens</c> files of a folder in the order of their
    /// names; not those that speak about the data, such as <c>NOTICE.txt</c>. Nothing is read yet.</summary>
    /// <param name="path">The path, or <c>built-in</c>.</param>
    /// <param name="breaks">Where documents end.</param>
    /// <exception cref="MalformedFileException">There is no such file, or no text in the folder.</exception>
    public static Documents Load(string path, DocumentBreaks breaks = DocumentBreaks.Automatic)
    {
        if (path == TextCorpus.BuiltInName) return FromText(BuiltInText.Value, breaks, TextCorpus.BuiltInName);
        bool isFolder = Directory.Exists(path);
        string[] files = !isFolder ? [path] : [.. Directory.GetFiles(path).Where(IsText).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new MalformedFileException(path, "the folder has no .txt files.");
        foreach (string file in files) WholeFile.Open(file).Dispose();
        return new Documents(path, [.. files.Select(file =>
                (Path.GetFileName(file), (Func<Action<long>?, IEnumerable<string>>)(read => TextLines.Read(file, read))))],
            files.Sum(file => new FileInfo(file).Length), isFolder && breaks == DocumentBreaks.Automatic ? DocumentBreaks.Files : breaks)
        {
            RecognisesTitles = breaks == DocumentBreaks.Automatic,
            Identity = $"{breaks} " + string.Join(' ', files.Select(file => new FileInfo(file))
                .Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}")),
        };
    }

    /// <summary>A text in memory.</summary>
    /// <param name="text">Its lines.</param>
    /// <param name="breaks">Where documents end.</param>
    /// <param name="name">What it is called.</param>
    public static Documents FromText(string text, DocumentBreaks breaks = DocumentBreaks.Automatic, string name = "text") =>
        new(name, [(name, _ => text.Split('\n').Select(line => line.TrimEnd('\r')))], text.Length, breaks) { RecognisesTitles = breaks == DocumentBreaks.Automatic };

    /// <summary>The same corpus in whole lines instead of sentences, each with its end and the blank lines before it: for models that write text, white space included.</summary>
    public Documents InLines() => new(this, Pieces.Lines, _cut);

    /// <summary>The same corpus with a document a line, whose sentences stand between tabs: two, or three, in every line. Blank lines do not count.</summary>
    public Documents InFields() => new(this, Pieces.Fields, _cut);

    /// <summary>The same corpus; from this passage on, everything belongs to a document of its own.</summary>
    internal Documents CutAt(int passage) => new(this, _pieces, passage);

    bool RecognisesTitles { get; init; }

    /// <summary>Names, sizes and times of the files: other ones, or changed ones, have another identity.</summary>
    internal string Identity { get; init; } = "";

    static bool IsText(string file) => Path.GetExtension(file) is ".txt" or ".tokens"
        && !AboutTheData.Contains(Path.GetFileNameWithoutExtension(file), StringComparer.OrdinalIgnoreCase);

    /// <summary>Every sentence in order; reads anew each time.</summary>
    /// <param name="progress">Told how many bytes have been read.</param>
    /// <exception cref="MalformedFileException">A file is not UTF-8, there is no word in any of them, or a line has too few or too many fields.</exception>
    public IEnumerable<Passage> Passages(IProgress<long>? progress = null) =>
        _cut is { } cut ? Read(progress).Select((passage, i) => i < cut ? passage : passage with { Document = passage.Document + 1 }) : Read(progress);

    IEnumerable<Passage> Read(IProgress<long>? progress)
    {
        (int document, bool isEmpty, bool any, long bytes, int blanks, int fields) = (0, true, false, 0, 0, 0);
        foreach ((string name, Func<Action<long>?, IEnumerable<string>> lines) in _sources)
        {
            Next();                                                         // a document does not go on in another file
            DocumentBreaks? breaks = _breaks is DocumentBreaks.Automatic ? null : _breaks;
            (bool isFirst, int number) = (true, 0);
            foreach (string line in lines(count => progress?.Report(bytes += count)))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                {
                    if (breaks == DocumentBreaks.BlankLines) Next();
                    else if (!isEmpty) blanks++;
                    continue;
                }
                if (isFirst && RecognisesTitles && IsTitle(line)) breaks = DocumentBreaks.Titles;
                breaks ??= DocumentBreaks.BlankLines;
                isFirst = false;
                if (breaks == DocumentBreaks.Titles && IsTitle(line)) Next();
                IEnumerable<string> pieces = _pieces switch
                {
                    Pieces.Lines => [$"{new string('\n', blanks)}{line}\n"],
                    Pieces.Fields => Fields(line, name, number, ref fields),
                    _ => Sentences.Split(line),
                };
                foreach (string text in pieces)
                {
                    (isEmpty, any) = (false, true);
                    yield return new Passage(name, document, text);
                }
                blanks = 0;
                if (_pieces == Pieces.Fields) Next();
            }
        }
        if (!any) throw new MalformedFileException(Name, "the text is empty: there is no word in it.");

        void Next()
        {
            if (!isEmpty) document++;
            (isEmpty, blanks) = (true, 0);
        }
    }

    // As many as the first line has.
    string[] Fields(string line, string file, int number, ref int count)
    {
        string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
        if (count == 0) count = fields.Length;
        return fields.Length == count && count is 2 or 3 && fields.All(field => field.Length > 0) ? fields : throw new MalformedFileException(_sources.Length == 1 ? Name : Path.Combine(Name, file),
            $"line {number} has {fields.Count(field => field.Length > 0)} sentences with tabs between them; two are needed, or three, and in every line as many{(count is 2 or 3 ? $": the first has {count}" : "")}.");
    }

    // One sign of equality on each side; two or more are headings within an article.
    static bool IsTitle(string line) => line.Trim() is ['=', ' ', not '=', .., ' ', '='] title && title[^3] != '=';
}
