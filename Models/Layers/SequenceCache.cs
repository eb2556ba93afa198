namespace NativeSsl;

/// <summary>
/// What a decoder needs to go on writing: keys and values of the memory, made once, and of the tokens written so far. Several texts may be written side by
/// side for each memory, as a beam search does; they share the memory's keys and values. For inference: no gradient flows through.
/// </summary>
public sealed class SequenceCache
{
    /// <param name="backend">The device.</param>
    /// <param name="remembered">Keys and values of the memory for every layer, <c>[texts, keys, 2, heads, width]</c> each.</param>
    /// <param name="memoryLengths">How many positions of each memory are no padding, <c>[texts]</c>; all if null.</param>
    /// <param name="beams">How many texts are written for each memory.</param>
    /// <param name="capacity">How many tokens of each it has room for.</param>
    public SequenceCache(IBackend backend, IEnumerable<Tensor> remembered, Indices? memoryLengths, int beams, int capacity)
    {
        Memories = [.. remembered.Select(tensor => tensor.Keep())];
        MemoryLengths = memoryLengths?.Keep();
        Shape shape = Memories[0].Shape;
        Seen = new KeyValueCache(backend, Memories.Count, shape[0] * beams, capacity, shape[3], shape[4]);
    }

    /// <summary>How many tokens of each text it holds.</summary>
    public int Length => Seen.Length;

    /// <summary>How many tokens of each text it has room for.</summary>
    public int Capacity => Seen.Capacity;

    internal KeyValueCache Seen { get; }
    internal IReadOnlyList<Tensor> Memories { get; }
    internal Indices? MemoryLengths { get; }

    /// <summary>Text i goes on from what text <c>rows[i]</c> has been so far; both must be of one memory.</summary>
    /// <param name="rows"><c>[texts · beams]</c></param>
    /// <exception cref="ShapeException">There are more or fewer rows than texts.</exception>
    /// <exception cref="IndexException">A row is not there.</exception>
    public void Reorder(Indices rows) => Seen.Reorder(rows);
}
