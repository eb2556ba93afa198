namespace NativeSsl.Cli.Training;

/// <summary>A corpus as encoders read it: its tokens on disk, read through once, and which documents are kept apart.</summary>
sealed class EncoderText
{
    // Two documents at least are kept apart where a text from another one is needed.
    EncoderText(EncoderRecipe recipe, DividedDocuments divided, ITokenizer tokenizer, Terminal terminal)
    {
        (Documents, Tokenizer, Marks) = (divided.Documents, tokenizer, TextMarks.Of(tokenizer));
        Store = WatchedReading.Tokens(Documents, tokenizer, IsOfLines(recipe) ? int.MaxValue : Math.Max(4, recipe.Context / 2), terminal);
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
        return new(recipe, divided, WatchedReading.Tokenizer(divided, recipe.Tokenizer, recipe.Vocabulary, terminal), terminal);
    }

    /// <summary>A text, and the tokenizer of a run.</summary>
    internal static EncoderText Load(EncoderRecipe recipe, string directory, Terminal terminal, string? data = null) =>
        new(recipe, Divided(recipe, data ?? recipe.Data), NativeSsl.Tokenizer.Load(Path.Combine(directory, "tokenizer.json")), terminal);

    static int Least(EncoderRecipe recipe) => recipe.Pairs == "next" ? 2 : 1;

    static bool IsOfLines(EncoderRecipe recipe) => recipe is SimCseRecipe { Samples: SimCseRecipe.OfLines };

    static DividedDocuments Divided(EncoderRecipe recipe, string data) => new(IsOfLines(recipe) ? Documents.Load(data).InFields() : Documents.Load(data), recipe.HeldOut, Least(recipe));

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
