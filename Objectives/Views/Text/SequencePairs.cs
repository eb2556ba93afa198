namespace NativeSsl;

/// <summary>
/// Texts to read and texts to write, pair by pair: what <see cref="TextToText"/> is fine-tuned on. Every epoch goes through all pairs in a new order, a pure function of seed and epoch,
/// in which pairs of about the same length share a batch.
/// </summary>
public sealed class SequencePairs : IViewSource
{
    readonly IBackend _backend;
    readonly IReadOnlyList<(int[] Inputs, int[] Targets)> _pairs;
    readonly int _padding, _batch;
    readonly LengthOrder _order;

    /// <param name="backend">The device.</param>
    /// <param name="pairs">Tokens to read and tokens to write, each with its end.</param>
    /// <param name="padding">The token behind the end of shorter ones; no target has it.</param>
    /// <param name="batch">Pairs in a micro-batch.</param>
    /// <param name="seed">Decides the order.</param>
    /// <exception cref="ShapeException">There are no pairs, a side of one is empty, or the batch is.</exception>
    /// <exception cref="IndexException">A target has padding, which would not be learned.</exception>
    public SequencePairs(IBackend backend, IReadOnlyList<(int[] Inputs, int[] Targets)> pairs, int padding, int batch, ulong seed)
    {
        if (batch < 1 || pairs.Count == 0) throw new ShapeException($"SequencePairs: batches of {batch} from {pairs.Count} pairs; at least one of both is needed.");
        for (int i = 0; i < pairs.Count; i++)
        {
            if (pairs[i].Inputs.Length == 0 || pairs[i].Targets.Length == 0)
                throw new ShapeException($"SequencePairs: pair {i} has {pairs[i].Inputs.Length} tokens to read and {pairs[i].Targets.Length} to write; both need at least their end.");
            if (pairs[i].Targets.Contains(padding)) throw new IndexException($"SequencePairs: the targets of pair {i} have the token of padding, {padding}, which does not count.");
        }
        (_backend, _pairs, _padding, _batch, _order) = (backend, pairs, padding, batch, new([.. pairs.Select(pair => pair.Inputs.Length + pair.Targets.Length)], batch, seed));
    }

    /// <summary>How many pairs there are.</summary>
    public int Count => _pairs.Count;

    /// <summary>About as many draws as go through all pairs once; the last ones of an epoch share a batch with the first of the next.</summary>
    public long? DrawsPerEpoch => Math.Max(1, Count / _batch);

    /// <summary>Inputs <c>[batch, length]</c>, targets <c>[batch, time]</c> and how many inputs of each are no padding, <c>[batch]</c>.</summary>
    /// <exception cref="NativeSslException">The number is negative.</exception>
    public Views Draw(long draw) => Batch(_backend, [.. _order.Batch(nameof(SequencePairs), draw).Select(drawn => _pairs[drawn.Place])], _padding);

    /// <summary>Every pair once, in order.</summary>
    public IEnumerable<Views> Everything()
    {
        for (int first = 0; first < Count; first += _batch) yield return Batch(_backend, [.. _pairs.Skip(first).Take(_batch)], _padding);
    }

    /// <summary>Inputs, targets and the lengths of the inputs, as <see cref="TextToText"/> takes them.</summary>
    internal static Views Batch(IBackend backend, (int[] Inputs, int[] Targets)[] pairs, int padding)
    {
        (Indices inputs, Indices lengths) = Rows(backend, [.. pairs.Select(pair => pair.Inputs)], padding);
        (Indices targets, _) = Rows(backend, [.. pairs.Select(pair => pair.Targets)], padding);
        return new Views { Indices = [inputs, targets, lengths], Terms = pairs.Sum(pair => (long)pair.Targets.Length) };
    }

    /// <summary>Rows side by side, <c>[rows, length]</c> with padding behind, and how long each is, <c>[rows]</c>.</summary>
    internal static (Indices Tokens, Indices Lengths) Rows(IBackend backend, IReadOnlyList<int[]> rows, int padding)
    {
        int longest = rows.Max(row => row.Length);
        int[] tokens = new int[rows.Count * longest];
        tokens.AsSpan().Fill(padding);
        for (int i = 0; i < rows.Count; i++) rows[i].CopyTo(tokens, i * longest);
        return (Indices.From(backend, [rows.Count, longest], tokens), Indices.From(backend, [rows.Count], [.. rows.Select(row => row.Length)]));
    }
}
