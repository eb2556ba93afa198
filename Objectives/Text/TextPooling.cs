namespace NativeSsl;

/// <summary>How features of tokens become those of a text.</summary>
public enum TextPooling
{
    /// <summary>Those of the first token, <c>[CLS]</c>.</summary>
    FirstToken,
    /// <summary>Their mean over all tokens that are no padding, marks included (Reimers &amp; Gurevych 2019, “Sentence-BERT”, section 3).</summary>
    Mean,
}

/// <summary>Makes one row of the features of each text's tokens.</summary>
public static class TextPoolings
{
    /// <summary><c>[batch, time, width]</c> to <c>[batch, width]</c>.</summary>
    /// <param name="pooling">How.</param>
    /// <param name="x">Features of tokens.</param>
    /// <param name="lengths">How many tokens of each text are no padding, <c>[batch]</c>, each at least one.</param>
    /// <exception cref="ShapeException">There is not one length for each text.</exception>
    public static Tensor Pool(this TextPooling pooling, Tensor x, Indices lengths)
    {
        if (x.Shape.Rank != 3 || lengths.Shape.Count != x.Shape[0])
            throw new ShapeException($"TextPooling: features have shape {x.Shape} and lengths {lengths.Shape}; [batch, time, width] and [batch] are needed.");
        (int batch, int time) = (x.Shape[0], x.Shape[1]);
        if (pooling == TextPooling.FirstToken) return x.Slice(1, 0, 1).Reshape([batch, x.Shape[2]]);
        lengths.CheckWithin("TextPooling", time + 1);
        float[] shares = new float[batch * time];
        for (int i = 0; i < batch; i++) shares.AsSpan(i * time, lengths.Values.Span[i]).Fill(1f / lengths.Values.Span[i]);
        return Tensor.From(x.Backend, [batch, 1, time], shares).MatMul(x).Reshape([batch, x.Shape[2]]);
    }
}
