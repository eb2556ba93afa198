namespace NativeSsl;

/// <summary>The tokens that are no words: where a text begins, where it ends, what covers a word, and what fills up a batch.</summary>
public sealed record TextMarks
{
    readonly int[] _specials;

    /// <param name="vocabulary">How many different tokens there are, marks included.</param>
    /// <param name="begin"><c>[CLS]</c> or <c>&lt;s&gt;</c>: stands in front of every sample.</param>
    /// <param name="separator"><c>[SEP]</c> or <c>&lt;/s&gt;</c>: stands behind every text.</param>
    /// <param name="mask"><c>[MASK]</c>: stands for a word that is to be guessed.</param>
    /// <param name="padding"><c>[PAD]</c>: stands behind the end of shorter samples.</param>
    /// <param name="others">Further tokens that are no words, such as <c>[UNK]</c>.</param>
    /// <exception cref="IndexException">A mark is outside the vocabulary, two marks are the same, or there is no word besides.</exception>
    public TextMarks(int vocabulary, int begin, int separator, int mask, int padding, params ReadOnlySpan<int> others)
    {
        int[] marks = [begin, separator, mask, padding];
        _specials = [.. marks.Concat(others.ToArray()).Distinct().Order()];
        if (marks.Distinct().Count() < 4)
            throw new IndexException($"TextMarks: begin {begin}, separator {separator}, mask {mask} and padding {padding} must be four different tokens.");
        if (_specials[0] < 0 || _specials[^1] >= vocabulary || _specials.Length >= vocabulary)
            throw new IndexException($"TextMarks: the marks {string.Join(", ", _specials)} and at least one word must be within 0 … {vocabulary - 1}.");
        (Vocabulary, Begin, Separator, Mask, Padding) = (vocabulary, begin, separator, mask, padding);
    }

    /// <summary>Four marks behind the words of a vocabulary that has none: padding, begin, separator, mask.</summary>
    /// <param name="words">How many words there are.</param>
    public static TextMarks After(int words) => new(words + 4, begin: words + 1, separator: words + 2, mask: words + 3, padding: words);

    /// <summary>The special tokens of a tokenizer; a mark that it lacks comes behind its last token.</summary>
    public static TextMarks Of(ITokenizer tokenizer)
    {
        int next = tokenizer.VocabularySize;
        int padding = tokenizer.Special.Padding ?? next++, begin = tokenizer.Special.Begin ?? next++;
        int separator = tokenizer.Special.Separator ?? tokenizer.Special.End ?? next++, mask = tokenizer.Special.Mask ?? next++;
        return new TextMarks(next, begin, separator, mask, padding, [.. Enumerable.Range(0, tokenizer.VocabularySize).Where(tokenizer.IsSpecial)]);
    }

    /// <summary>How many different tokens there are, marks included.</summary>
    public int Vocabulary { get; }
    /// <summary>Stands in front of every sample.</summary>
    public int Begin { get; }
    /// <summary>Stands behind every text.</summary>
    public int Separator { get; }
    /// <summary>Stands for a word that is to be guessed.</summary>
    public int Mask { get; }
    /// <summary>Stands behind the end of shorter samples.</summary>
    public int Padding { get; }

    /// <summary>Whether a token is no word.</summary>
    public bool IsSpecial(int token) => Array.BinarySearch(_specials, token) >= 0;

    /// <summary>A word, each as likely as any other, never a mark.</summary>
    internal int RandomWord(RandomSource random)
    {
        int word = random.NextInt(Vocabulary - _specials.Length);
        foreach (int special in _specials)                                  // in rising order: each mark up to here moves the word up by one
            if (special <= word) word++;
        return word;
    }
}
