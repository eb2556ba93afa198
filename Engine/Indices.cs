namespace NativeSsl;

/// <summary>
/// Whole numbers on a device: token ids, class labels, positions. They remember their smallest and largest value, so that an index out of
/// range is an error on the host, before any device is asked to follow it.
/// </summary>
public sealed class Indices
{
    readonly ReadOnlyMemory<int> _values;
    readonly int _min, _max;

    // Others will take the place of these values; null outside of a record.
    readonly IndicesToCome? _toCome;

    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }
    /// <summary>The memory, in <see cref="Format.Int32"/>.</summary>
    public Storage Storage { get; }
    /// <summary>The device that holds the memory.</summary>
    public IBackend Backend { get; }
    /// <summary>The smallest value; zero if there are none.</summary>
    /// <exception cref="NotReplayableException">Work on them is being recorded, and others will take their place.</exception>
    public int Min => _toCome is null ? _min : throw Unknown();
    /// <summary>The largest value; −1 if there are none.</summary>
    /// <exception cref="NotReplayableException">Work on them is being recorded, and others will take their place.</exception>
    public int Max => _toCome is null ? _max : throw Unknown();
    /// <summary>The values on the host, row by row.</summary>
    /// <exception cref="NotReplayableException">Work on them is being recorded, and others will take their place.</exception>
    public ReadOnlyMemory<int> Values => _toCome is null ? _values : throw Unknown();

    Indices(IBackend backend, Shape shape, Storage storage, ReadOnlyMemory<int> values, int min, int max, IndicesToCome? toCome = null) =>
        (Backend, Shape, Storage, _values, _min, _max, _toCome) = (backend, shape, storage, values, min, max, toCome);

    /// <summary>Indices of the given values, row by row: lent by the pool inside a <see cref="Step"/>, like a tensor.</summary>
    /// <exception cref="ShapeException">There are more or fewer values than the shape holds.</exception>
    public static Indices From(IBackend backend, Shape shape, params ReadOnlySpan<int> values)
    {
        if (values.Length != shape.Count)
            throw new ShapeException($"Indices.From: {values.Length} values for shape {shape}, which holds {shape.Count}.");
        Storage storage = Storage.New(backend, values.Length, Format.Int32);
        storage.CopyFrom(values);
        return Of(backend, shape, storage, values.ToArray());
    }

    static Indices Of(IBackend backend, Shape shape, Storage storage, int[] values)
    {
        (int min, int max) = values.Length == 0 ? (0, -1) : (int.MaxValue, int.MinValue);
        foreach (int value in values) (min, max) = (Math.Min(min, value), Math.Max(max, value));
        return new Indices(backend, shape, storage, values, min, max);
    }

    /// <summary>A copy that outlives the step: it belongs to the garbage collector.</summary>
    public Indices Keep()
    {
        Storage storage = Backend.Allocate(Storage.Length, Format.Int32);
        storage.CopyFrom(Values.Span);
        return new Indices(Backend, Shape, storage, _values, _min, _max);
    }

    /// <summary>The same in memory that lasts, into which others will be written: whoever does that is told what the host asks of these values and makes of them, and
    /// the values themselves are kept from it.</summary>
    internal Indices Replaceable(IndicesToCome toCome)
    {
        Indices kept = Keep();
        return new Indices(Backend, Shape, kept.Storage, _values, _min, _max, toCome);
    }

    /// <summary>Others in the same memory, which does not know of it yet.</summary>
    internal Indices Instead(int[] values) => Of(Backend, Shape, Storage, values);

    /// <summary>What the host makes of the values. If work on them is recorded, and done again when others have taken their place, it makes it of those.</summary>
    /// <param name="shape">Of what is made.</param>
    /// <param name="make">A pure function of the values, row by row.</param>
    /// <exception cref="ShapeException">It makes more or fewer than the shape holds.</exception>
    public Indices Derive(Shape shape, Func<ReadOnlyMemory<int>, int[]> make) => _toCome is null ? From(Backend, shape, make(_values)) : _toCome.Derive(shape, other => make(other._values));

    /// <summary>How many do not have this value, <c>[1]</c>.</summary>
    internal Indices CountOfOthers(int value) => Derive([1], values => [values.Length - values.Span.Count(value)]);

    /// <summary>The same values under another shape.</summary>
    public Indices Reshape(Shape shape) => shape.Count == Shape.Count
        ? new Indices(Backend, shape, Storage, _values, _min, _max, _toCome)
        : throw new ShapeException($"Indices.Reshape: {Shape} has {Shape.Count} elements but {shape} has {shape.Count}.");

    /// <summary>Some of the values, flat, in the same memory; their bounds are those of the whole.</summary>
    internal Indices Slice(int start, int length) =>
        new(Backend, [length], Storage.Slice(start, length), _values.Slice(start, length), _min, _max, _toCome?.Of(other => other.Slice(start, length)));

    /// <summary>Sees to it that every value is in 0 … <paramref name="size"/> − 1, or equal to <paramref name="ignored"/>.</summary>
    /// <exception cref="IndexException">One is not; the message names the op, the value, its place and the table's size.</exception>
    public void CheckWithin(string op, int size, int? ignored = null)
    {
        _toCome?.Ask(other => other.CheckWithin(op, size, ignored));
        if (_max < size && _min >= 0) return;
        ReadOnlySpan<int> values = _values.Span;
        for (int i = 0; i < values.Length; i++)
            if ((values[i] < 0 || values[i] >= size) && values[i] != ignored)
                throw new IndexException($"{op}: index {values[i]} at place {i} of indices {Shape} is outside 0 … {size - 1}.");
    }

    static NotReplayableException Unknown() => new("The host looks at indices that others will take the place of when the work is done again.");
}
