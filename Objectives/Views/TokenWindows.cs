namespace NativeSsl;

/// <summary>Windows of a long text, and the same windows one token later: what a model that predicts the next token learns from.</summary>
/// <param name="backend">The device.</param>
/// <param name="tokens">The text.</param>
/// <param name="context">Tokens in a window.</param>
/// <param name="batch">Windows in a micro-batch.</param>
/// <param name="seed">Decides where the windows begin.</param>
public sealed class TokenWindows(IBackend backend, ReadOnlyMemory<int> tokens, int context, int batch, ulong seed) : IViewSource
{
    // Its own stream, apart from those of dropout, whose upper bits are the step's number.
    const ulong Stream = 0xFFFF_FE00_0000_0000;

    readonly int _starts = tokens.Length > context ? tokens.Length - context
        : throw new ShapeException($"TokenWindows: {tokens.Length} tokens are too few for a window of {context} and the token after it.");

    /// <summary>About as many draws as pass over every token once.</summary>
    public long? DrawsPerEpoch => Math.Max(1, tokens.Length / ((long)context * batch));

    /// <summary>Windows at places drawn independently: tokens <c>[batch, context]</c> and targets <c>[batch, context]</c>.</summary>
    public Views Draw(long draw)
    {
        var random = new RandomSource(seed, Stream) { Position = (ulong)draw * (ulong)batch };
        return Windows([.. Enumerable.Range(0, batch).Select(_ => random.NextInt(_starts))], context);
    }

    /// <summary>The whole text in windows that do not overlap; the last one may be shorter.</summary>
    public IEnumerable<Views> Everything()
    {
        int predicted = tokens.Length - 1, whole = predicted / context;
        for (int first = 0; first < whole; first += batch)
            yield return Windows([.. Enumerable.Range(first, Math.Min(batch, whole - first)).Select(i => i * context)], context);
        if (predicted % context > 0) yield return Windows([whole * context], predicted % context);
    }

    Views Windows(int[] starts, int length)
    {
        int[] inputs = new int[starts.Length * length], targets = new int[starts.Length * length];
        for (int i = 0; i < starts.Length; i++)
        {
            tokens.Span.Slice(starts[i], length).CopyTo(inputs.AsSpan(i * length));
            tokens.Span.Slice(starts[i] + 1, length).CopyTo(targets.AsSpan(i * length));
        }
        Shape shape = [starts.Length, length];
        return new Views { Indices = [Indices.From(backend, shape, inputs), Indices.From(backend, shape, targets)], Terms = inputs.Length };
    }
}
