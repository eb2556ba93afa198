namespace NativeSsl;

/// <summary>
/// The parameters of a model in one piece of memory, and their gradients in another: group after group, every tensor on a 64-byte line.
/// Clipping and the optimizer are one pass each, and so is a later all-reduce of each bucket. The tensors stay what they were;
/// only their memory has moved.
/// </summary>
public sealed class Parameters
{
    readonly Tensor[] _leaves;

    /// <summary>All values, <c>[count]</c>, padding included.</summary>
    public Tensor Values { get; }
    /// <summary>All gradients, in the places of their values, <c>[count]</c>.</summary>
    public Tensor Gradients { get; }
    /// <summary>The groups, in the order of their memory.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }
    /// <summary>Where each group lies.</summary>
    public IReadOnlyList<(long Start, long Length)> Ranges { get; }
    /// <summary>Whole tensors together, about 4 MiB each; the last tensors, whose gradients come first, are in the first bucket.</summary>
    public IReadOnlyList<(long Start, long Length)> Buckets { get; }
    /// <summary>How many numbers are learned, without padding.</summary>
    public long Count { get; }

    /// <param name="groups">Each tensor in one group only.</param>
    /// <param name="bucket">The least number of elements in a bucket.</param>
    /// <exception cref="GradientException">A tensor is no leaf, or is in two groups, or there is none.</exception>
    public Parameters(IReadOnlyList<ParameterGroup> groups, long bucket = 1 << 20)
    {
        Groups = [.. groups.Where(group => group.Tensors.Count > 0)];
        (string Name, Tensor Tensor)[] named = [.. Groups.SelectMany(group => group.Tensors)];
        _leaves = [.. named.Select(entry => entry.Tensor)];
        CheckLeaves(named);
        Count = _leaves.Sum(leaf => leaf.Shape.Count);
        (Values, Gradients) = (OnePiece.Gather(_leaves), OnePiece.Zeros(_leaves));
        foreach ((Tensor leaf, Tensor gradient) in _leaves.Zip(OnePiece.Places(Gradients, _leaves))) ((Node)leaf.Node!).Gradient = gradient;
        Ranges = [.. RangesOf(Groups)];
        Buckets = CutBuckets(bucket);
        Zero();
    }

    static void CheckLeaves((string Name, Tensor Tensor)[] named)
    {
        if (named.Length == 0) throw new GradientException("Parameters: no group holds a tensor; there is nothing to train.");
        HashSet<Tensor> seen = [];
        foreach ((string name, Tensor tensor) in named)
        {
            if (tensor.Node is not Node { IsLeaf: true })
                throw new GradientException($"Parameters: {name} of shape {tensor.Shape} is not a leaf. " +
                    "Call RequireGradient() on it first.");
            if (!seen.Add(tensor))
                throw new GradientException($"Parameters: {name} of shape {tensor.Shape} is listed twice; " +
                    "a tied tensor belongs in one group.");
            Check.SameBackend("Parameters", named[0].Tensor, tensor);
        }
    }

    static IEnumerable<(long Start, long Length)> RangesOf(IEnumerable<ParameterGroup> groups)
    {
        long place = 0;
        foreach (ParameterGroup group in groups)
        {
            long length = group.Tensors.Sum(entry => OnePiece.Padded(entry.Tensor.Shape.Count));
            yield return (place, length);
            place += length;
        }
    }

    List<(long, long)> CutBuckets(long least)
    {
        List<(long, long)> buckets = [];
        long place = Values.Shape.Count, end = place;
        for (int i = _leaves.Length - 1; i >= 0; i--)
        {
            place -= OnePiece.Padded(_leaves[i].Shape.Count);
            if (end - place < least && i > 0) continue;
            buckets.Add((place, end - place));
            end = place;
        }
        return buckets;
    }

    /// <summary>Forgets all gradients. Costs nothing: the next backward pass overwrites what it reaches,
    /// and what it does not reach counts as zero.</summary>
    public void Zero()
    {
        foreach (Tensor leaf in _leaves) ((Node)leaf.Node!).IsFresh = true;
    }

    /// <summary>The name of the first parameter whose gradient has a NaN or an infinity in it; null if there is none.</summary>
    public string? FirstNotFinite()
    {
        Settle();
        foreach ((string name, Tensor tensor) in Groups.SelectMany(group => group.Tensors))
            if (!double.IsFinite(tensor.Backend.SquaredNorm(((Node)tensor.Node!).Gradient!))) return name;
        return null;
    }

    /// <summary>A window onto a flat tensor laid out like the values: one group's part of it.</summary>
    internal static Tensor Window(Tensor flat, (long Start, long Length) range) =>
        new(flat.Backend, [checked((int)range.Length)], flat.Storage.Slice(range.Start, range.Length));

    /// <summary>Of each tensor, whether a backward pass has been there since <see cref="Zero"/>.</summary>
    internal bool[] Reached() => [.. _leaves.Select(leaf => !((Node)leaf.Node!).IsFresh)];

    /// <summary>Says so of a pass that the device did by itself.</summary>
    internal void MarkReached(bool[] reached)
    {
        foreach ((Tensor leaf, bool been) in _leaves.Zip(reached)) ((Node)leaf.Node!).IsFresh = !been;
    }

    /// <summary>Writes zeros where no backward pass has been since <see cref="Zero"/>.</summary>
    internal void Settle()
    {
        foreach (Tensor leaf in _leaves)
        {
            var node = (Node)leaf.Node!;
            if (!node.IsFresh) continue;
            leaf.Backend.Fill(node.Gradient!, 0f);
            node.IsFresh = false;
        }
    }
}
