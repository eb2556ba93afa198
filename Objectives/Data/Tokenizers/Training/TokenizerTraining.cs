namespace NativeSsl;

/// <summary>How a tokenizer is trained.</summary>
public sealed record TokenizerTraining
{
    /// <summary>How many tokens there are to be, special ones included. Fewer come if the texts give no more.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The special tokens; null is the usual set of the kind: RoBERTa's for byte-level BPE, BERT's for WordPiece, T5's for Unigram.</summary>
    public SpecialTokenSet? Specials { get; init; }

    /// <summary>WordPiece: capitals become small and accents go, as in BERT's uncased models.</summary>
    public bool Uncased { get; init; } = true;

    /// <summary>BPE and WordPiece: a pair that occurs less often is not merged. Unigram: a substring that occurs less often is no candidate.</summary>
    public int MinimumCount { get; init; } = 2;

    /// <summary>WordPiece and Unigram: at most so many different characters get pieces, the most frequent ones; the others become the unknown token.</summary>
    public int Alphabet { get; init; } = 1000;

    /// <summary>How many different words are counted at most. If there are more, the rarest are forgotten, and counted anew should they come again:
    /// see <see cref="TokenizerProgress.Forgotten"/>.</summary>
    public int MaximumWords { get; init; } = 1_000_000;

    /// <summary>Unigram: how many candidates are kept at first, those that cover most characters (count times length).</summary>
    public int Candidates { get; init; } = 1_000_000;

    /// <summary>Told every so often how far it is.</summary>
    public IProgress<TokenizerProgress>? Progress { get; init; }

    /// <summary>Ends the training with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Refuses values that cannot be meant.</summary>
    internal void Check(SpecialTokenSet set, int least, string what)
    {
        if (Vocabulary < least)
            throw new NativeSslException($"Tokenizer: a vocabulary of {Vocabulary}; {what} with {set}'s special tokens needs at least {least}.");
        if (MinimumCount < 1) throw new NativeSslException($"Tokenizer: a minimum count of {MinimumCount}; it must be at least 1.");
        if (Alphabet < 1) throw new NativeSslException($"Tokenizer: an alphabet of {Alphabet} characters; it must be at least 1.");
        if (MaximumWords < 2) throw new NativeSslException($"Tokenizer: a table of {MaximumWords} words; it must have room for at least 2.");
        if (Candidates < 1) throw new NativeSslException($"Tokenizer: {Candidates} candidates; there must be at least 1.");
    }
}

/// <summary>How far the training of a tokenizer is.</summary>
/// <param name="Characters">Characters (UTF-16 units) of text read so far.</param>
/// <param name="Words">Different words in the table.</param>
/// <param name="Forgotten">No word is counted short by more than this, because the table was full; 0 as long as it never was.</param>
/// <param name="Pieces">Tokens of the vocabulary: those made so far by BPE and WordPiece, those left by Unigram. 0 while texts are read.</param>
public readonly record struct TokenizerProgress(long Characters, int Words, long Forgotten, int Pieces);
