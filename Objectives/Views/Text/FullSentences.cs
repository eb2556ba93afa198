namespace NativeSsl;

/// <summary>
/// Sentences packed into samples as full as can be, across the ends of documents, where an extra separator stands. Liu et al. 2019, “RoBERTa”, section 4.2,
/// FULL-SENTENCES. A sentence longer than a sample fills several; no token is left out.
/// </summary>
public sealed class FullSentences : MaskedViews
{
    // Where a sample begins: in which document, and at which token. It ends where the next begins.
    readonly List<(int Document, long Token)> _starts = [];
    readonly DocumentSet _text;

    /// <param name="backend">The device.</param>
    /// <param name="text">The documents.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <param name="options">Sizes, and how words are covered; RoBERTa's way if <see cref="MaskedViewsOptions.Masking"/> is null.</param>
    /// <exception cref="ShapeException">The context has no room for a word, or there is no text.</exception>
    public FullSentences(IBackend backend, DocumentSet text, TextMarks marks, MaskedViewsOptions options)
        : base(backend, marks, options with { Masking = options.Masking ?? Masking.Roberta() }, least: 3)
    {
        _text = text;
        (int room, int used, int last) = (options.Context - 2, 0, -1);      // the last document with tokens in the sample
        for (int document = 0; document < text.Documents.Count; document++)
            for (int segment = text.Documents[document].First; segment < text.Documents[document].End; segment++)
                Add(document, text.Store.Start(segment), text.Store.Length(segment));
        if (_starts.Count == 0) throw new ShapeException("FullSentences: the text has no tokens.");

        void Add(int document, long token, int length)
        {
            int separator = used > 0 && last != document ? 1 : 0;
            if (used > 0 && used + separator + length > room) (used, separator) = (0, 0);
            for (; length > room; (token, length) = (token + room, length - room)) _starts.Add((document, token));
            if (used == 0) _starts.Add((document, token));
            used += separator + length;
            last = document;
        }
    }

    /// <inheritdoc/>
    public override int Count => _starts.Count;

    /// <inheritdoc/>
    public override TextSample Sample(int index)
    {
        (int document, long token) = _starts[index];
        (int endDocument, long endToken) = index + 1 < _starts.Count ? _starts[index + 1] : (_text.Documents.Count - 1, Last(_text.Documents.Count - 1));
        List<int> tokens = [];
        while (true)
        {
            long end = document == endDocument ? endToken : Last(document);
            int[] part = new int[end - token];
            _text.Store.Read(token, part);
            tokens.AddRange(part);
            if (document == endDocument || (document + 1 == endDocument && endToken == First(endDocument))) break;
            tokens.Add(Marks.Separator);
            token = First(++document);
        }
        return TextSample.Of(Marks, [.. tokens]);
    }

    long First(int document) => _text.Store.Start(_text.Documents[document].First);
    long Last(int document) => _text.Store.Start(_text.Documents[document].End);
}
