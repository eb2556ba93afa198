namespace NativeSsl;

/// <summary>What stands in a sample of two languages.</summary>
public enum TranslationSamples
{
    /// <summary>A sentence and its translation: a covered word can be read off the other language (TLM).</summary>
    Together,
    /// <summary>One sentence, of either language (MLM).</summary>
    Alone,
    /// <summary>Both kinds in turn: of each pair three samples an epoch.</summary>
    Both,
}

/// <summary>
/// Sentences and their translations with words covered, for one encoder of two languages. Lample &amp; Conneau 2019, “Cross-lingual language model pretraining”, section 3 (samples of both
/// languages, TLM, and of one, MLM). The languages are told apart by their words alone, as in Conneau et al. 2020, “Unsupervised cross-lingual representation
/// learning at scale”, section 3; positions count anew in the translation if the encoder's do (<see cref="Bert.Config.AnewBehind"/>, the separator), as in the paper, and else run on.
/// </summary>
public sealed class TranslationPairs : MaskedViews
{
    readonly IReadOnlyList<(int[] First, int[] Second)> _pairs;
    readonly TranslationSamples _samples;

    /// <param name="backend">The device.</param>
    /// <param name="pairs">The tokens of each sentence and of its translation, without marks.</param>
    /// <param name="marks">The tokens that are no words.</param>
    /// <param name="options">Sizes, and how words are covered; RoBERTa's way if <see cref="MaskedViewsOptions.Masking"/> is null.</param>
    /// <param name="samples">What stands in a sample.</param>
    /// <exception cref="ShapeException">There are no pairs, a text has no tokens, or the context has no room for two of them.</exception>
    public TranslationPairs(IBackend backend, IReadOnlyList<(int[] First, int[] Second)> pairs, TextMarks marks, MaskedViewsOptions options,
        TranslationSamples samples = TranslationSamples.Both)
        : base(backend, marks, options with { Masking = options.Masking ?? Masking.Roberta() }, least: 5)
    {
        if (pairs.Count == 0) throw new ShapeException("TranslationPairs: there are no pairs.");
        for (int i = 0; i < pairs.Count; i++)
            if (pairs[i].First.Length == 0 || pairs[i].Second.Length == 0)
                throw new ShapeException($"TranslationPairs: pair {i} has {pairs[i].First.Length} and {pairs[i].Second.Length} tokens; both texts need some. Leave it out.");
        (_pairs, _samples) = (pairs, samples);
    }

    /// <inheritdoc/>
    public override int Count => _pairs.Count * _samples switch { TranslationSamples.Together => 1, TranslationSamples.Alone => 2, _ => 3 };

    // One kind after the other: first sentences, translations, pairs.
    /// <inheritdoc/>
    public override TextSample Sample(int index)
    {
        (int kind, int place) = Math.DivRem(index, _pairs.Count);
        (int[] first, int[] second) = _pairs[place];
        if (_samples == TranslationSamples.Together || kind == 2)
        {
            TextSample both = TextSample.Fitted(Marks, first, second, Options.Context);
            return both with { Segments = new int[both.Tokens.Length] };
        }
        int[] text = kind == 0 ? first : second;
        return TextSample.Of(Marks, text.AsSpan(0, Math.Min(text.Length, Options.Context - 2)));
    }
}
