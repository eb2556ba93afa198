namespace NativeSsl.Cli.Training;

/// <summary>A corpus as a text encoder reads it: documents, tokenizer, marks, and what is kept apart.</summary>
sealed class EncoderText
{
    // Two documents at least are kept apart where a text from another one is needed.
    EncoderText(EncoderRecipe recipe, Documents documents, ITokenizer tokenizer, Terminal terminal)
    {
        (Documents, Tokenizer, Marks) = (documents, tokenizer, TextMarks.Of(tokenizer));
        Store = Watched(terminal, documents, progress => TokenCache.Default.Read(documents, tokenizer, Math.Max(4, recipe.Context / 2), progress));
        int least = recipe.Pairs == "next" ? 2 : 1;
        (Train, HeldOut) = DocumentSet.Divide(Store, recipe.HeldOut, least);
        if (recipe is MaskedWordsRecipe && HeldOut.Documents.Count < least)
            throw new NativeSslException($"heldOut is '{recipe.HeldOut}', which keeps {HeldOut.Documents.Count} of {Store.DocumentCount} documents apart; to ask whether a text "
                + $"comes from another document, two are needed. Choose \"{DocumentSet.LastTenth}\", give more documents, or set pairs to \"none\".");
    }

    internal Documents Documents { get; }
    internal ITokenizer Tokenizer { get; }
    internal TextMarks Marks { get; }
    internal TokenStore Store { get; }
    internal DocumentSet Train { get; }
    internal DocumentSet HeldOut { get; }

    /// <summary>A text, and a tokenizer made for it.</summary>
    internal static EncoderText New(EncoderRecipe recipe, Terminal terminal)
    {
        Documents documents = Documents.Load(recipe.Data);
        return new(recipe, documents, Learned(recipe, documents, terminal), terminal);
    }

    /// <summary>A text, and the tokenizer of a run.</summary>
    internal static EncoderText Load(EncoderRecipe recipe, string directory, Terminal terminal, string? data = null) =>
        new(recipe, Documents.Load(data ?? recipe.Data), NativeSsl.Tokenizer.Load(Path.Combine(directory, "tokenizer.json")), terminal);

    // What takes less than some seconds needs no bar, and is over before anyone stops it.
    const long Shown = 16 << 20;

    static ITokenizer Learned(EncoderRecipe recipe, Documents documents, Terminal terminal)
    {
        IEnumerable<string> Texts(IProgress<long>? progress) => documents.Passages(progress).Select(passage => passage.Text);
        if (documents.Bytes < Shown) return NativeSsl.Tokenizer.Create(recipe.Tokenizer, Texts(null), recipe.Vocabulary);
        ITokenizer? tokenizer = null;
        Stage reading = new("reading for the tokenizer", documents.Bytes, Text.Bytes), pieces = new("learning its pieces", recipe.Vocabulary, count => Text.Invariant($"{count}"));
        Bar.Show(terminal, recipe.Tokenizer is "character" or "byte" ? [reading] : [reading, pieces], told =>
            tokenizer = NativeSsl.Tokenizer.Create(recipe.Tokenizer, Texts(new Told<long>(told[0], terminal.Stopping)), recipe.Vocabulary,
                new Told<TokenizerProgress>(progress => told[1](Learned(progress.Pieces, recipe.Vocabulary)), terminal.Stopping), terminal.Stopping));
        return tokenizer!;
    }

    // BPE and WordPiece begin with few pieces, Unigram with many of which most go.
    static long Learned(long pieces, long vocabulary) => pieces <= vocabulary ? pieces : vocabulary * vocabulary / pieces;

    static T Watched<T>(Terminal terminal, Documents documents, Func<IProgress<long>?, T> read)
    {
        if (documents.Bytes < Shown) return read(null);
        T? result = default;
        Bar.Show(terminal, "reading as tokens", documents.Bytes, done => result = read(new Told<long>(done, terminal.Stopping)));
        return result!;
    }

    // At once, on the thread that reads: the library's own Progress would tell another one, later.
    sealed class Told<T>(Action<T> tell, CancellationToken stopping) : IProgress<T>
    {
        public void Report(T value)
        {
            stopping.ThrowIfCancellationRequested();
            tell(value);
        }
    }

    /// <summary>A word as people read it; of a tokenizer of pieces without the space in front.</summary>
    internal string Show(int token) => token >= Tokenizer.VocabularySize ? $"[{token}]" : Tokenizer is PieceTokenizer ? Tokenizer.Decode([token]).Trim() : Tokenizer.Decode([token]);

    /// <summary>What stands before, between and behind gaps. Pieces of words bring the space in front of them along, so that of a gap belongs to it.</summary>
    internal int[][] Encode(string[] pieces) => [.. pieces.Select((piece, i) =>
        Tokenizer.Encode(Tokenizer is PieceTokenizer && i < pieces.Length - 1 && piece.EndsWith(' ') ? piece[..^1] : piece))];

    /// <summary>A text as a sample, its end cut off where it is too long.</summary>
    internal TextSample Sample(string text, int context)
    {
        int[] tokens = Tokenizer.Encode(text);
        return TextSample.Of(Marks, tokens.AsSpan(0, Math.Min(tokens.Length, context - 2)));
    }
}
