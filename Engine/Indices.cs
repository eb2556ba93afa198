namespace NativeSsl;

/// <summary>
/// Whole numbers on a device: token ids, class labels, positions. They remember their smallest and largest value, so that an index out of
/// range is an error on the host, before any device is asked to follow it.
/// </summary>
public sealed class Indices
{
    readonly ReadOnlyMemory<int> _values;
    readonly int _min, _max;

    // Told what the host wants to know of these values, and will want to know of others that take their place; null outside of a record.
    readonly Action<Func<Indices, bool>>? _ask;

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }
    /// <summary>The memory, in <see cref="Format.Int32"/>.</summary>
    public Storage Storage { get; }
    /// <summary>The device that holds the memory.</summary>
    public IBackend Backend { get; }
    /// <summary>The smallest value; zero if there are none.</summary>
    /// <exception cref="NotReplayableException">Work on them is being recorded, and others will take their place.</exception>
    public int Min => _ask is null ? _min : throw Unknown();
    /// <summary>The largest value; −1 if there are none.</summary>
    /// <exception cref="NotReplayableException">Work on them is being recorded, and others will take their place.</exception>
    public int Max => _ask is null ? _max : throw Unknown();
    /// <summary>The values on the host, row by row.</summary>
    /// <exception cref="NotReplayableException">Work on them is being recorded, and others will take their place.</exception>
    public ReadOnlyMemory<int> Values => _ask is null ? _values : throw Unknown();

    Indices(IBackend backend, Shape shape, Storage storage, ReadOnlyMemory<int> values, int min, int max, Action<Func<Indices, bool>>? ask = null) =>
        (Backend, Shape, Storage, _values, _min, _max, _ask) = (backend, shape, storage, values, min, max, ask);

    /// <summary>Indices of the given values, row by row: lent by the pool inside a <see cref="Step"/>, like a tensor.</summary>
    /// <exception cref="ShapeException">There are more or fewer values than the shape holds.</exception>
    public static Indices From(IBackend backend, Shape shape, params ReadOnlySpan<int> values)
    {
        if (values.Length != shape.Count)
            throw new ShapeException($"Indices.From: {values.Length} values for shape {shape}, which holds {shape.Count}.");
        (int min, int max) = values.Length == 0 ? (0, -1) : (int.MaxValue, int.MinValue);
        foreach (int value in values) (min, max) = (Math.Min(min, value), Math.Max(max, value));
        Storage storage = Storage.New(backend, values.Length, Format.Int32);
        storage.CopyFrom(values);
        return new Indices(backend, shape, storage, values.ToArray(), min, max);
    }

    /// <summary>A copy that outlives the step: it belongs to the garbage collector.</summary>
    public Indices Keep()
    {
        Storage storage = Backend.Allocate(Storage.Length, Format.Int32);
        storage.CopyFrom(Values.Span);
        return new Indices(Backend, Shape, storage, _values, _min, _max);
    }

    /// <summary>The same in memory that lasts, into which others will be written: what the host asks of these values, up to the moment that it does, is told, and
    /// the values themselves are kept from it.</summary>
    /// <param name="ask">Gets each question, which is true of indices with the same answer.</param>
    internal Indices Asked(Action<Func<Indices, bool>> ask)
    {
        Indices kept = Keep();
        return new Indices(Backend, Shape, kept.Storage, _values, _min, _max, ask);
    }

    /// <summary>How many have this value.</summary>
    internal int CountOf(int value)
    {
        int count = _values.Span.Count(value);
        _ask?.Invoke(other => other.CountOf(value) == count);
        return count;
    }

    /// <summary>The same values under another shape.</summary>
    public Indices Reshape(Shape shape) => shape.Count == Shape.Count
        ? new Indices(Backend, shape, Storage, _values, _min, _max, _ask)
        : throw new ShapeException($"Indices.Reshape: {Shape} has {Shape.Count} elements but {shape} has {shape.Count}.");

    /// <summary>Some of the values, flat, in the same memory; their bounds are those of the whole.</summary>
    internal Indices Slice(int start, int length) =>
        new(Backend, [length], Storage.Slice(start, length), _values.Slice(start, length), _min, _max, _ask is null ? null : question => _ask(other => question(other.Slice(start, length))));

    /// <summary>Sees to it that every value is in 0 … <paramref name="size"/> − 1, or equal to <paramref name="ignored"/>.</summary>
    /// <exception cref="IndexException">One is not; the message names the op, the value, its place and the table's size.</exception>
    public void CheckWithin(string op, int size, int? ignored = null)
    {
        _ask?.Invoke(other =>
        {
            other.CheckWithin(op, size, ignored);
            return true;
        });
        if (_max < size && _min >= 0) return;
        ReadOnlySpan<int> values = _values.Span;
        for (int i = 0; i < values.Length; i++)
            if ((values[i] < 0 || values[i] >= size) && values[i] != ignored)
                throw new IndexException($"{op}: index {values[i]} at place {i} of indices {Shape} is outside 0 … {size - 1}.");
    }

    static NotReplayableException Unknown() => new("The host looks at indices that others will take the place of when the work is done again.");
}
