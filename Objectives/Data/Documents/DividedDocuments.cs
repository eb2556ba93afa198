namespace NativeSsl;

/// <summary>
/// A corpus that is divided before anything learns from it, its tokenizer included: what is kept apart is said by documents and sentences, so that it is known while there are no tokens yet.
/// A corpus of a single document has its last tenth kept apart, which counts as a document of its own.
/// </summary>
public sealed class DividedDocuments
{
    readonly string _heldOut;
    readonly int _least;
    (int First, int End)? _kept;

    /// <summary>Reads as much as tells whether there is more than one document.</summary>
    /// <param name="documents">The corpus.</param>
    /// <param name="heldOut"><c>tenth</c>, the last tenth of the documents, <c>last</c>, the last one, or the name of a file.</param>
    /// <param name="least">The fewest documents that are a tenth: 2 where a text from another document is needed.</param>
    /// <exception cref="NativeSslException">The text is a single sentence.</exception>
    /// <exception cref="MalformedFileException">It cannot be read.</exception>
    public DividedDocuments(Documents documents, string heldOut = DocumentSet.LastTenth, int least = 1)
    {
        (_heldOut, _least) = (heldOut, least);
        Documents = heldOut is DocumentSet.LastTenth or DocumentSet.Last && PassagesOfOnlyDocument(documents) is { } passages
            ? documents.CutAt(passages - Math.Max(1, passages / 10)) : documents;
    }

    static int? PassagesOfOnlyDocument(Documents documents)
    {
        int passages = 0;
        foreach (Passage passage in documents.Passages())
        {
            if (passage.Document > 0) return null;
            passages++;
        }
        return passages > 1 ? passages : throw new NativeSslException("the text is a single sentence: nothing is left to validate on. Give a longer text.");
    }

    /// <summary>All of it.</summary>
    public Documents Documents { get; }

    /// <summary>What may be learned from; reads anew each time.</summary>
    /// <param name="progress">Told how many bytes have been read.</param>
    /// <exception cref="NativeSslException">No file has the name of what is kept apart, or nothing would be left on one side.</exception>
    public IEnumerable<Passage> Training(IProgress<long>? progress = null)
    {
        (int first, int end) = Kept();
        return Documents.Passages(progress).Where(passage => passage.Document < first || passage.Document >= end);
    }

    /// <summary>What is kept apart.</summary>
    /// <inheritdoc cref="Training"/>
    public IEnumerable<Passage> HeldOut(IProgress<long>? progress = null)
    {
        (int first, int end) = Kept();
        return Documents.Passages(progress).SkipWhile(passage => passage.Document < first).TakeWhile(passage => passage.Document < end);
    }

    /// <summary>The same two parts as tokens.</summary>
    /// <param name="store">The tokens of <see cref="Documents"/>.</param>
    /// <inheritdoc cref="DocumentSet.Divide"/>
    public (DocumentSet Train, DocumentSet HeldOut) Divide(TokenStore store) => DocumentSet.Divide(store, _heldOut, _least);

    /// <summary>A tokenizer that has learned from the training part alone. A vocabulary of characters takes those of all documents: it is a list of letters, counts none, and has no token for
    /// one that is not in it.</summary>
    /// <inheritdoc cref="Tokenizer.Create(string, IEnumerable{string}, int, IProgress{TokenizerProgress}, CancellationToken)"/>
    /// <param name="name"><c>character</c>, <c>byte</c>, <c>bpe</c>, <c>wordpiece</c> or <c>unigram</c>.</param>
    /// <param name="vocabulary">How many tokens there are to be, where the tokenizer has a choice.</param>
    /// <param name="reading">Told how many bytes have been read.</param>
    /// <param name="learning">Told how many pieces there are.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public ITokenizer NewTokenizer(string name, int vocabulary, IProgress<long>? reading = null, IProgress<TokenizerProgress>? learning = null, CancellationToken cancellation = default) =>
        Tokenizer.Create(name, (name == CharacterTokenizer.Kind ? Documents.Passages(reading) : Training(reading)).Select(passage => passage.Text), vocabulary, learning, cancellation);

    // The documents that are kept apart: the first, and one past the last.
    (int First, int End) Kept()
    {
        if (_kept is { } known) return known;
        int count = 0;
        List<(string Name, int First)> sources = [];
        foreach (Passage passage in Documents.Passages())
        {
            if (sources.Count == 0 || sources[^1].Name != passage.Source) sources.Add((passage.Source, passage.Document));
            count = passage.Document + 1;
        }
        _kept = DocumentSet.Kept(count, sources, _heldOut, _least);
        return _kept.Value;
    }
}
