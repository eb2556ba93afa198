namespace NativeSsl;

/// <summary>
/// How texts become the tokens that a <see cref="SequenceModel"/> reads and writes, and tokens text again: <c>a … &lt;/s&gt;</c>, with padding and sentinels beside the words. Raffel et al. 2020,
/// “Exploring the limits of transfer learning with a unified text-to-text transformer”, sections 2.4 and 3.1.4. A mark that a tokenizer lacks comes behind its last token.
/// </summary>
public sealed class SequenceFrame
{
    /// <param name="tokenizer">Knows the words.</param>
    /// <param name="sentinels">How many marks of spans there are; 100 in T5.</param>
    /// <exception cref="NativeSslException">The tokenizer has sentinels of its own, but fewer, or not in T5's order.</exception>
    public SequenceFrame(ITokenizer tokenizer, int sentinels = 100)
    {
        if (sentinels < 1) throw new NativeSslException($"SequenceFrame: {sentinels} sentinels; at least one is needed.");
        int next = tokenizer.VocabularySize;
        (Tokenizer, Sentinels) = (tokenizer, sentinels);
        Padding = tokenizer.Special.Padding ?? next++;
        End = tokenizer.Special.End ?? tokenizer.Special.Separator ?? next++;
        IReadOnlyList<int> own = tokenizer.Special.Sentinels;
        if (own.Count > 0 && own.Count < sentinels)
            throw new NativeSslException($"SequenceFrame: the tokenizer has {own.Count} sentinels, and {sentinels} are asked for; take at most {own.Count}.");
        for (int i = 1; i < own.Count; i++)
            if (own[i] != own[0] - i)
                throw new NativeSslException($"SequenceFrame: sentinel {i} of the tokenizer is token {own[i]}; T5's descend from the first one, so {own[0] - i} is expected.");
        FirstSentinel = own.Count > 0 ? own[0] : next + sentinels - 1;
        Vocabulary = own.Count > 0 ? next : next + sentinels;
    }

    /// <summary>Knows the words.</summary>
    public ITokenizer Tokenizer { get; }
    /// <summary>How many different tokens there are, marks included.</summary>
    public int Vocabulary { get; }
    /// <summary>Stands behind the end of shorter samples, and is what writing begins with.</summary>
    public int Padding { get; }
    /// <summary>Ends what is read and what is written.</summary>
    public int End { get; }
    /// <summary>The mark of the first span; that of the second is one less.</summary>
    public int FirstSentinel { get; }
    /// <summary>How many marks of spans there are.</summary>
    public int Sentinels { get; }

    /// <summary>Whether a token stands for text: it is neither padding, end, sentinel nor another special token.</summary>
    public bool IsWord(int token) => token >= 0 && token < Tokenizer.VocabularySize && !Tokenizer.IsSpecial(token);

    /// <summary>How spans of a text are cut out.</summary>
    /// <param name="density">The share of tokens that is cut out.</param>
    /// <param name="meanSpan">Tokens in a span, on average.</param>
    public SpanCorruption Corruption(double density = 0.15, double meanSpan = 3) => new()
        { Density = (float)density, MeanSpan = (float)meanSpan, FirstSentinel = FirstSentinel, Sentinels = Sentinels, End = End };

    /// <summary>A text and its end; what is too long loses its last words, never the end.</summary>
    /// <param name="text">The text.</param>
    /// <param name="room">The most tokens, the end included; at least 1.</param>
    /// <exception cref="NativeSslException">There is no room for the end.</exception>
    public int[] Tokens(string text, int room)
    {
        if (room < 1) throw new NativeSslException($"SequenceFrame: room for {room} tokens; the end alone takes one.");
        int[] tokens = Tokenizer.Encode(text);
        return [.. tokens.AsSpan(0, Math.Min(tokens.Length, room - 1)), End];
    }

    /// <summary>The text of tokens, on one line; what is no word is left out.</summary>
    public string Text(IEnumerable<int> tokens) => OneLine(Tokenizer.Decode([.. tokens.Where(IsWord)]));

    /// <summary>The text of tokens with <c>&lt;1&gt;</c> for the first sentinel, and so on: for people to look at.</summary>
    public string Show(IEnumerable<int> tokens)
    {
        List<string> parts = [];
        List<int> words = [];
        foreach (int token in tokens)
        {
            int number = FirstSentinel - token;
            if (number < 0 || number >= Sentinels) words.Add(token);
            else
            {
                Say();
                parts.Add(FormattableString.Invariant($"<{number + 1}>"));
            }
        }
        Say();
        return string.Join(' ', parts.Where(part => part.Length > 0));

        void Say()
        {
            parts.Add(Text(words));
            words.Clear();
        }
    }

    static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
