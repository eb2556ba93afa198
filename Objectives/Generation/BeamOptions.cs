namespace NativeSsl;

/// <summary>How a beam search goes on, and when it stops.</summary>
public sealed record BeamOptions
{
    /// <summary>How many texts are followed at once; 1 is greedy: always the likeliest token.</summary>
    public int Beams { get; init; } = 4;
    /// <summary>α of the length penalty: 0 prefers short texts, as every token makes a text less likely; 0.6 to 0.7 is usual.</summary>
    public double LengthPenalty { get; init; } = 0.6;
    /// <summary>After so many tokens, the end included, a text is cut off.</summary>
    public int MaxTokens { get; init; } = 64;
    /// <summary>So many tokens in a row are written once at most; 0 lets everything be written again, 3 is usual for summaries. Paulus, Xiong &amp; Socher 2018, “A deep reinforced model for abstractive summarization”, section 2.5.</summary>
    public int NoRepeatNGram { get; init; }
    /// <summary>The token that writing begins with; T5's is its padding.</summary>
    public required int Start { get; init; }
    /// <summary>The token that ends a text.</summary>
    public required int End { get; init; }

    // lp(Y) = (5 + |Y|)^α / (5 + 1)^α,   s(Y, X) = ln P(Y | X) / lp(Y)
    /// <summary>The score of a text. Wu et al. 2016, “Google's neural machine translation system”, equation 14, without its coverage penalty.</summary>
    /// <param name="logProbability">ln P(Y | X), not above zero.</param>
    /// <param name="length">|Y|: tokens, the end included.</param>
    public double Score(double logProbability, int length) => logProbability / Math.Pow((5.0 + length) / 6.0, LengthPenalty);

    /// <summary>Sees to it that every value is in its range.</summary>
    /// <exception cref="NativeSslException">One is not; the message names it.</exception>
    public void Check(int vocabulary)
    {
        if (Beams < 1) throw new NativeSslException($"Beams is {Beams}; at least one text must be followed.");
        if (!(LengthPenalty >= 0 && double.IsFinite(LengthPenalty))) throw new NativeSslException($"LengthPenalty is {LengthPenalty}; it must be 0 or more.");
        if (MaxTokens < 1) throw new NativeSslException($"MaxTokens is {MaxTokens}; at least one token must be written.");
        if (NoRepeatNGram < 0) throw new NativeSslException($"NoRepeatNGram is {NoRepeatNGram}; it must be 0, for no limit, or more.");
        if (Start < 0 || Start >= vocabulary) throw new IndexException($"Start is {Start}; the model knows the tokens 0 … {vocabulary - 1}.");
        if (End < 0 || End >= vocabulary) throw new IndexException($"End is {End}; the model knows the tokens 0 … {vocabulary - 1}.");
    }
}
