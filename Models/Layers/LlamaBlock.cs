namespace NativeSsl;

/// <summary>
/// Attention of grouped queries, then a gated feed-forward part, each reading normalised features and added to what comes in: <c>[batch, time, features]</c>
/// to the same. Touvron et al. 2023, “LLaMA: open and efficient foundation language models”, section 2.2.
/// </summary>
/// <param name="attention">Attention.</param>
/// <param name="feedForward">The feed-forward part.</param>
/// <param name="norm1">In front of attention.</param>
/// <param name="norm2">In front of the feed-forward part.</param>
public sealed class LlamaBlock(GroupedQueryAttention attention, SwiGlu feedForward, RmsNorm norm1, RmsNorm norm2) : Module
{
    /// <inheritdoc/>
    public override IReadOnlyList<Part> Parts =>
        [new("norm1", norm1), new("attention", attention), new("norm2", norm2), new("feed_forward", feedForward)];

    /// <summary>The same shape, <c>[batch, time, features]</c>.</summary>
    /// <param name="x"><c>[batch, time, features]</c></param>
    /// <param name="cache">What earlier calls have seen, if the sequence comes in pieces.</param>
    /// <param name="layer">The layer's place in the cache.</param>
    public Tensor Forward(Tensor x, KeyValueCache? cache = null, int layer = 0)
    {
        x = attention.Forward(norm1.Forward(x), x, cache, layer);
        return feedForward.Forward(norm2.Forward(x, x.Backend.ActivationFormat), x);
    }
}
