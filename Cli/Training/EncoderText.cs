namespace NativeSsl.Cli.Training;

/// <summary>A corpus as a text encoder reads it: documents, tokenizer, marks, and what is kept apart.</summary>
sealed class EncoderText
{
    // Two documents at least are kept apart where a text from another one is needed.
    EncoderText(EncoderRecipe recipe, DividedDocuments divided, ITokenizer tokenizer, Terminal terminal)
    {
        (Documents, Tokenizer, Marks) = (divided.Documents, tokenizer, TextMarks.Of(tokenizer));
        Store = ReadTokens(Documents, tokenizer, Math.Max(4, recipe.Context / 2), terminal);
        (Train, HeldOut) = divided.Divide(Store);
        if (recipe is MaskedWordsRecipe && HeldOut.Documents.Count < Least(recipe))
            throw new NativeSslException($"heldOut is '{recipe.HeldOut}', which keeps {HeldOut.Documents.Count} of {Store.DocumentCount} documents apart; to ask whether a text "
                + $"comes from another document, two are needed. Choose \"{DocumentSet.LastTenth}\", give more documents, or set pairs to \"none\".");
    }

    internal Documents Documents { get; }
    internal ITokenizer Tokenizer { get; }
    internal TextMarks Marks { get; }
    internal TokenStore Store { get; }
    internal DocumentSet Train { get; }
    internal DocumentSet HeldOut { get; }

    /// <summary>A text, and a tokenizer that has learned from the part to train on alone.</summary>
    internal static EncoderText New(EncoderRecipe recipe, Terminal terminal)
    {
        DividedDocuments divided = Divided(recipe, recipe.Data);
        return new(recipe, divided, NewTokenizer(divided, recipe.Tokenizer, recipe.Vocabulary, terminal), terminal);
    }

    /// <summary>A text, and the tokenizer of a run.</summary>
    internal static EncoderText Load(EncoderRecipe recipe, string directory, Terminal terminal, string? data = null) =>
        new(recipe, Divided(recipe, data ?? recipe.Data), NativeSsl.Tokenizer.Load(Path.Combine(directory, "tokenizer.json")), terminal);

    static int Least(EncoderRecipe recipe) => recipe.Pairs == "next" ? 2 : 1;

    static DividedDocuments Divided(EncoderRecipe recipe, string data) => new(Documents.Load(data), recipe.HeldOut, Least(recipe));

    /// <summary>A tokenizer of the part to train on; with a bar if that takes long.</summary>
    internal static ITokenizer NewTokenizer(DividedDocuments divided, string name, int vocabulary, Terminal terminal) =>
        Watched(terminal, divided.Documents, "reading for the tokenizer", progress => divided.NewTokenizer(name, vocabulary, progress));

    /// <summary>A corpus as tokens; with a bar if that takes long.</summary>
    internal static TokenStore ReadTokens(Documents documents, ITokenizer tokenizer, int longest, Terminal terminal) =>
        Watched(terminal, documents, "reading as tokens", progress => TokenCache.Default.Read(documents, tokenizer, longest, progress));

    // What takes less than some seconds needs no bar.
    const long Shown = 16 << 20;

    static T Watched<T>(Terminal terminal, Documents documents, string what, Func<IProgress<long>?, T> read)
    {
        if (documents.Bytes < Shown) return read(null);
        T? result = default;
        Bar.Show(terminal, what, documents.Bytes, done => result = read(new Told(done)));
        return result!;
    }

    // At once, on the thread that reads: the library's own Progress would tell another one, later.
    sealed class Told(Action<long> done) : IProgress<long>
    {
        public void Report(long value) => done(value);
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
