namespace NativeSsl;

/// <summary>
/// How a text, or a pair of texts, becomes the tokens that an encoder reads: <c>[CLS] a [SEP]</c>, or <c>[CLS] a [SEP] b [SEP]</c>. Devlin et al. 2019,
/// “BERT”, section 3. What is too long for the encoder is cut at its end; of a pair the longer one first, token by token.
/// </summary>
/// <param name="Encode">The tokens of a text, without marks.</param>
/// <param name="Begin">Stands in front; nothing if null.</param>
/// <param name="Separator">Stands behind each text; nothing if null.</param>
/// <param name="Padding">Any token: it fills the rows of shorter texts, and no one looks at it.</param>
public sealed record TextFrame(Func<string, int[]> Encode, int? Begin, int? Separator, int Padding)
{
    /// <summary>As a tokenizer's special tokens say; a mark that it lacks comes behind its last token.</summary>
    public static TextFrame Of(ITokenizer tokenizer)
    {
        TextMarks marks = TextMarks.Of(tokenizer);
        return new(tokenizer.Encode, marks.Begin, marks.Separator, marks.Padding);
    }

    /// <summary>How many separators stand between two texts: 1 for BERT, 2 for RoBERTa.</summary>
    public int Between { get; init; } = 1;
    /// <summary>Whether the second text is told apart as a segment of its own: so BERT; RoBERTa's files know one segment only.</summary>
    public bool HasSegments { get; init; } = true;

    /// <summary>The tokens of a text or a pair, marks included.</summary>
    /// <param name="first">The text.</param>
    /// <param name="second">The second text of a pair.</param>
    /// <param name="context">How many tokens there is room for.</param>
    /// <returns>The tokens, and how many belong to the first segment.</returns>
    /// <exception cref="NativeSslException">There is no room for a token beside the marks, or the text has no tokens at all.</exception>
    public (int[] Tokens, int First) Of(string first, string? second, int context)
    {
        int behind = Separator is null ? 0 : 1, between = behind * (second is null ? 1 : Between);
        int room = context - (Begin is null ? 0 : 1) - between - (second is null ? 0 : behind);
        if (room < (second is null ? 1 : 2))
            throw new NativeSslException($"TextFrame: a context of {context} has no room beside the marks; the encoder needs a longer one.");
        (int[] a, int[] b) = (Encode(first), second is null ? [] : Encode(second));
        (int keepA, int keepB) = TextSample.Kept(a.Length, b.Length, room);
        List<int> tokens = [];
        if (Begin is { } begin) tokens.Add(begin);
        tokens.AddRange(a.AsSpan(0, keepA));
        for (int i = 0; i < between; i++) tokens.Add(Separator!.Value);
        int segment = tokens.Count;
        tokens.AddRange(b.AsSpan(0, keepB));
        if (second is not null && Separator is { } end) tokens.Add(end);
        return tokens.Count > 0 ? ([.. tokens], HasSegments ? segment : tokens.Count)
            : throw new NativeSslException($"TextFrame: the text '{first}' has no tokens and there are no marks, so there is nothing to read.");
    }

    /// <summary>The same as a sample.</summary>
    /// <inheritdoc cref="Of(string, string, int)"/>
    public TextSample Sample(string first, string? second, int context)
    {
        (int[] tokens, int segment) = Of(first, second, context);
        int[] segments = new int[tokens.Length];
        segments.AsSpan(segment).Fill(1);
        return new TextSample(tokens, segments);
    }
}
