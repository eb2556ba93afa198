namespace NativeSsl;

/// <summary>A sample with some of its words covered.</summary>
/// <param name="Tokens">What the model sees.</param>
/// <param name="Places">Where it is asked, in rising order.</param>
/// <param name="Targets">What stood there.</param>
public sealed record MaskedText(int[] Tokens, int[] Places, int[] Targets);

/// <summary>
/// Which words are to be guessed, and what stands in their place: of the chosen ones, 8 of 10 are covered by the mask, one becomes a random word, and one
/// stays as it is, so that a model may not rely on the mask. Devlin et al. 2019, section 3.1, task 1. Marks are never chosen.
/// </summary>
public sealed record Masking
{
    /// <summary>The share of tokens that is chosen.</summary>
    public double Share { get; init; } = 0.15;
    /// <summary>Of the chosen words, the share that becomes a random word.</summary>
    public double Random { get; init; } = 0.1;
    /// <summary>Of the chosen words, the share that stays.</summary>
    public double Keep { get; init; } = 0.1;
    /// <summary>Whether the number of chosen words is rounded by chance, so that its mean is exact; otherwise to the nearest, at least one.</summary>
    public bool RoundsByChance { get; init; }
    /// <summary>The most words chosen in a sample.</summary>
    public int Most { get; init; } = int.MaxValue;
    /// <summary>Whether a random word may be a mark.</summary>
    public bool RandomMarks { get; init; }

    /// <summary>As in <c>create_pretraining_data.py</c> (google-research/bert): round(0.15 n) of n tokens, marks counted, at least one and at most 20 of
    /// 128 (77 of 512); random words from the whole vocabulary.</summary>
    /// <param name="context">The most tokens of a sample.</param>
    /// <param name="share">The share of tokens that is chosen.</param>
    public static Masking Bert(int context, double share = 0.15) =>
        new() { Share = share, Most = Math.Max(1, (int)Math.Ceiling(share * context)), RandomMarks = true };

    /// <summary>As in <c>mask_tokens_dataset.py</c> (fairseq, for RoBERTa): 0.15 n of n words, rounded by chance; random words are words. A sample in
    /// which chance would choose none has one chosen all the same.</summary>
    /// <param name="share">The share of words that is chosen.</param>
    public static Masking Roberta(double share = 0.15) => new() { Share = share, RoundsByChance = true };

    /// <summary>Covers words.</summary>
    /// <param name="tokens">A sample, with its marks.</param>
    /// <param name="marks">Which tokens are marks.</param>
    /// <param name="random">Decides which words, and what becomes of them.</param>
    /// <exception cref="NativeSslException">A share is outside 0 … 1.</exception>
    public MaskedText Apply(ReadOnlySpan<int> tokens, TextMarks marks, RandomSource random)
    {
        if (!(Share is > 0 and <= 1 && Random >= 0 && Keep >= 0 && Random + Keep <= 1))
            throw new NativeSslException(FormattableString.Invariant(
                $"Masking: share {Share}, random {Random}, keep {Keep}; share must be above 0 and at most 1, the sum of the others from 0 to 1."));
        List<int> words = new(tokens.Length);
        for (int i = 0; i < tokens.Length; i++) if (!marks.IsSpecial(tokens[i])) words.Add(i);
        // [..count] of a random order is a set drawn without replacement.
        int[] order = [.. words];
        random.Shuffle<int>(order);
        int[] places = order[..Math.Min(Count(tokens.Length, words.Count, random), words.Count)];
        Array.Sort(places);

        int[] seen = tokens.ToArray(), targets = new int[places.Length];
        for (int i = 0; i < places.Length; i++)
        {
            targets[i] = tokens[places[i]];
            double chance = random.NextDouble();
            if (chance < Random) seen[places[i]] = RandomMarks ? random.NextInt(marks.Vocabulary) : marks.RandomWord(random);
            else if (chance >= Random + Keep) seen[places[i]] = marks.Mask;
        }
        return new MaskedText(seen, places, targets);
    }

    int Count(int tokens, int words, RandomSource random) => Math.Clamp(
        RoundsByChance ? (int)(Share * words + random.NextDouble()) : (int)Math.Round(Share * tokens), 1, Math.Max(1, Most));
}
