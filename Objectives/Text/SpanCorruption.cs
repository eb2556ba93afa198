namespace NativeSsl;

/// <summary>
/// Spans of a text are cut out, each leaving a sentinel of its own behind; what is to be written are the spans, each behind its sentinel. Raffel et al.
/// 2020, section 3.1.4 and figure 2; in every detail as the published code (t5/data/preprocessors.py: <c>random_spans_noise_mask</c>,
/// <c>noise_span_to_unique_sentinel</c>, <c>nonnoise_span_to_unique_sentinel</c>).
/// </summary>
public sealed record SpanCorruption
{
    /// <summary>The share of tokens that is cut out.</summary>
    public float Density { get; init; } = 0.15f;
    /// <summary>Tokens in a span, on average.</summary>
    public float MeanSpan { get; init; } = 3f;
    /// <summary>The sentinel of the first span; that of the second is one less, and so on. In T5 the last token of the vocabulary.</summary>
    public required int FirstSentinel { get; init; }
    /// <summary>How many sentinels there are.</summary>
    public int Sentinels { get; init; } = 100;
    /// <summary>The token that ends inputs and targets.</summary>
    public required int End { get; init; }

    /// <summary>Whether a token is a sentinel.</summary>
    public bool IsSentinel(int token) => token <= FirstSentinel && token > FirstSentinel - Sentinels;

    /// <summary>How many tokens of a text are cut out, and in how many spans: no matter of chance.</summary>
    /// <param name="length">Tokens of the text, at least 2.</param>
    /// <exception cref="NativeSslException">The text is too short, or an option is out of range.</exception>
    // In single precision and with halves rounded to even, as the published mask: 190 tokens lose 29, though 0.15 · 190 is 28.5.
    public (int Noise, int Spans) Counts(int length)
    {
        if (!(Density > 0f && Density < 1f)) throw new NativeSslException($"SpanCorruption: Density is {Density}; it must be between 0 and 1.");
        if (!(MeanSpan >= 1f)) throw new NativeSslException($"SpanCorruption: MeanSpan is {MeanSpan}; it must be at least 1.");
        if (length < 2) throw new NativeSslException($"SpanCorruption: {length} tokens are too few; one must be cut out and one must stay.");
        int noise = Math.Clamp((int)MathF.Round(length * Density), 1, length - 1);
        // No more spans than tokens to stand before them, or two would touch.
        return (noise, Math.Clamp((int)MathF.Round(noise / MeanSpan), 1, Math.Min(noise, length - noise)));
    }

    /// <summary>How long inputs and targets become, their end tokens included.</summary>
    /// <param name="length">Tokens of the text, at least 2.</param>
    public (int Inputs, int Targets) Lengths(int length)
    {
        (int noise, int spans) = Counts(length);
        return (length - noise + spans + 1, noise + spans + 1);
    }

    /// <summary>How long a text may be so that its inputs just fit: 568 tokens for inputs of 512 (<c>random_spans_helper</c>).</summary>
    /// <param name="inputs">Room for inputs, the end token included; at least 3.</param>
    /// <exception cref="NativeSslException">There is no room for a token, a sentinel and the end.</exception>
    public int RawLength(int inputs)
    {
        if (inputs < 3) throw new NativeSslException($"SpanCorruption: inputs of {inputs} have no room for a token, a sentinel and the end; 3 are needed.");
        int length = 2;
        while (Lengths(length + 1).Inputs <= inputs) length++;
        return length;
    }

    /// <summary>Which tokens are cut out: spans of at least one token, apart from each other, the first token never; all such choices are equally likely.</summary>
    /// <param name="length">Tokens of the text, at least 2.</param>
    /// <param name="random">Moves on by fewer numbers than the text has tokens.</param>
    public bool[] Noise(int length, RandomSource random)
    {
        (int noise, int spans) = Counts(length);
        int[] cut = Segments(noise, spans, random), kept = Segments(length - noise, spans, random);
        bool[] mask = new bool[length];
        for (int span = 0, place = 0; span < spans; span++)
        {
            place += kept[span];
            mask.AsSpan(place, cut[span]).Fill(true);
            place += cut[span];
        }
        return mask;
    }

    // Items cut into so many parts, none empty: which of the gaps between items are cuts is a shuffle.
    static int[] Segments(int items, int parts, RandomSource random)
    {
        bool[] cuts = new bool[items - 1];
        cuts.AsSpan(0, parts - 1).Fill(true);
        random.Shuffle<bool>(cuts);
        int[] lengths = new int[parts];
        for (int item = 0, part = 0; item < items; item++) lengths[item > 0 && cuts[item - 1] ? ++part : part]++;
        return lengths;
    }

    /// <summary>The text with a sentinel for each span, and the end.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="noise">Which tokens are cut out.</param>
    public int[] Inputs(ReadOnlySpan<int> tokens, ReadOnlySpan<bool> noise) => Replaced(tokens, noise, true);

    /// <summary>The spans, each behind its sentinel, and the end. If the text goes on behind the last span, one more sentinel says so (figure 2 of the paper);
    /// behind a mask that <see cref="Noise"/> made it never does.</summary>
    /// <param name="tokens">The text.</param>
    /// <param name="noise">Which tokens are cut out.</param>
    public int[] Targets(ReadOnlySpan<int> tokens, ReadOnlySpan<bool> noise) => Replaced(tokens, noise, false);

    // Every run of tokens whose noise is as given becomes one sentinel, the first of them FirstSentinel.
    int[] Replaced(ReadOnlySpan<int> tokens, ReadOnlySpan<bool> noise, bool replaced)
    {
        if (noise.Length != tokens.Length) throw new ShapeException($"SpanCorruption: {tokens.Length} tokens but a mask of {noise.Length}.");
        List<int> result = [];
        int runs = 0;
        for (int i = 0; i < tokens.Length; i++)
            if (noise[i] != replaced) result.Add(tokens[i]);
            else if (i == 0 || noise[i - 1] != replaced) result.Add(Sentinel(runs++));
        return [.. result, End];
    }

    int Sentinel(int span) => span < Sentinels ? FirstSentinel - span
        : throw new NativeSslException($"SpanCorruption: span {span + 1} has no sentinel, there are {Sentinels}. Use shorter texts, or more sentinels.");

    /// <summary>Puts spans where their sentinels are: the text again from inputs and targets, or a text completed by what a model wrote.</summary>
    /// <param name="inputs">A text with sentinels; it may end with the end token.</param>
    /// <param name="targets">Spans behind their sentinels; what stands before the first sentinel or behind the end does not count.</param>
    public int[] Fill(ReadOnlySpan<int> inputs, ReadOnlySpan<int> targets)
    {
        Dictionary<int, int[]> spans = Spans(targets);
        List<int> text = [];
        foreach (int token in inputs)
            if (token == End) break;
            else if (!IsSentinel(token)) text.Add(token);
            else if (spans.TryGetValue(token, out int[]? filling)) text.AddRange(filling);
        return [.. text];
    }

    /// <summary>What stands behind each sentinel; of one that comes twice, what stands behind the last.</summary>
    /// <param name="targets">Spans behind their sentinels; what stands before the first sentinel or behind the end does not count.</param>
    public Dictionary<int, int[]> Spans(ReadOnlySpan<int> targets)
    {
        Dictionary<int, List<int>> spans = [];
        List<int> span = [];
        foreach (int token in targets)
            if (token == End) break;
            else if (IsSentinel(token)) spans[token] = span = [];
            else span.Add(token);
        return spans.ToDictionary(entry => entry.Key, entry => entry.Value.ToArray());
    }
}
