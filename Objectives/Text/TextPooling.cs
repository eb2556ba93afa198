namespace NativeSsl;

/// <summary>How features of tokens become those of a text.</summary>
public enum TextPooling
{
    /// <summary>Those of the first token, <c>[CLS]</c>.</summary>
    FirstToken,
    /// <summary>Their mean over all tokens that are no padding, marks included (Reimers &amp; Gurevych 2019, “Sentence-BERT”, section 3).</summary>
    Mean,
    /// <summary>The mean over the same tokens of what the first block and the last one make of them: early layers know the word, late ones its surroundings (Su, Cao, Liu &amp; Ou
    /// 2021, “Whitening sentence representations for better semantics and faster retrieval”, section 4.1; Li et al. 2020, “On the sentence embeddings from pre-trained
    /// language models”, section 4.1, for the two last layers).</summary>
    FirstAndLast,
}

/// <summary>Makes one row of the features of each text's tokens.</summary>
public static class TextPoolings
{
    // h = 1/T Σₜ (x¹ₜ + xᴸₜ) / 2 of L blocks
    /// <summary>Reads texts and makes one row of each, <c>[batch, width]</c>.</summary>
    /// <param name="pooling">How.</param>
    /// <param name="encoder">What reads them.</param>
    /// <param name="tokens"><c>[batch, time]</c></param>
    /// <param name="segments">Which of two texts each token belongs to, <c>[batch, time]</c>; all to the first if null.</param>
    /// <param name="lengths">How many tokens of each text are no padding, <c>[batch]</c>, each at least one.</param>
    /// <exception cref="ShapeException">There is not one length for each text, or the encoder has no room for them.</exception>
    public static Tensor Read(this TextPooling pooling, TextEncoder encoder, Indices tokens, Indices? segments, Indices lengths)
    {
        if (pooling != TextPooling.FirstAndLast) return pooling.Pool(encoder.Features(tokens, segments, lengths), lengths);
        IReadOnlyList<Tensor> states = encoder.HiddenStates(tokens, segments, lengths);
        return TextPooling.Mean.Pool((states[Math.Min(1, states.Count - 1)] + states[^1]) * 0.5f, lengths);
    }

    /// <summary><c>[batch, time, width]</c> to <c>[batch, width]</c>.</summary>
    /// <param name="pooling">How: one that looks at the last layer alone.</param>
    /// <param name="x">Features of tokens.</param>
    /// <param name="lengths">How many tokens of each text are no padding, <c>[batch]</c>, each at least one.</param>
    /// <exception cref="ShapeException">There is not one length for each text.</exception>
    /// <exception cref="NativeSslException">The pooling looks at the first layer too: <see cref="Read"/> knows it.</exception>
    public static Tensor Pool(this TextPooling pooling, Tensor x, Indices lengths)
    {
        if (x.Shape.Rank != 3 || lengths.Shape.Count != x.Shape[0])
            throw new ShapeException($"TextPooling: features have shape {x.Shape} and lengths {lengths.Shape}; [batch, time, width] and [batch] are needed.");
        if (pooling == TextPooling.FirstAndLast)
            throw new NativeSslException("TextPooling: FirstAndLast needs what the first layer makes, and these are features of the last; let Read ask the encoder.");
        (int batch, int time) = (x.Shape[0], x.Shape[1]);
        if (pooling == TextPooling.FirstToken) return x.Slice(1, 0, 1).Reshape([batch, x.Shape[2]]);
        lengths.CheckWithin("TextPooling", time + 1);
        float[] shares = new float[batch * time];
        for (int i = 0; i < batch; i++) shares.AsSpan(i * time, lengths.Values.Span[i]).Fill(1f / lengths.Values.Span[i]);
        return Tensor.From(x.Backend, [batch, 1, time], shares).MatMul(x).Reshape([batch, x.Shape[2]]);
    }
}
