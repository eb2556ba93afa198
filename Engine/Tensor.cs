namespace NativeSsl;

/// <summary>
/// Numbers in rows: a shape, memory on a device, and, when autograd asks for it, the way back to what it was made from. Always contiguous,
/// the last axis running fastest.
/// </summary>
public sealed class Tensor
{
    /// <summary>The lengths of the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The memory.</summary>
    public Storage Storage { get; internal set; }

    /// <summary>The device that holds the memory and runs the ops.</summary>
    public IBackend Backend { get; }

    /// <summary>How elements are stored.</summary>
    public Format Format => Storage.Format;

    /// <summary>Autograd's slot: how this tensor was made, or that it is a parameter.</summary>
    internal object? Node { get; set; }

    internal Tensor(IBackend backend, Shape shape, Storage storage)
    {
        if (storage.Length != shape.Count) throw new ShapeException($"Tensor: {storage.Length} elements of storage for shape {shape}.");
        (Backend, Shape, Storage) = (backend, shape, storage);
    }

    /// <summary>A tensor with undefined content: from the pool inside a <see cref="Step"/>, from the garbage collector outside.</summary>
    public static Tensor Empty(IBackend backend, Shape shape, Format format = Format.Float32) =>
        new(backend, shape, Storage.New(backend, shape.Count, format));

    /// <summary>A tensor that belongs to the garbage collector even inside a step:
    /// parameters, optimizer state, running statistics.</summary>
    public static Tensor Lasting(IBackend backend, Shape shape, Format format = Format.Float32)
    {
        Tensor tensor = new(backend, shape, backend.Allocate(shape.Count, format));
        return tensor;
    }

    /// <summary>A tensor of zeros.</summary>
    public static Tensor Zeros(IBackend backend, Shape shape) => Full(backend, shape, 0f);

    /// <summary>A tensor of one value.</summary>
    public static Tensor Full(IBackend backend, Shape shape, float value)
    {
        Tensor tensor = Empty(backend, shape);
        backend.Fill(tensor, value);
        return tensor;
    }

    /// <summary>A tensor of the given values, row by row.</summary>
    /// <exception cref="ShapeException">There are more or fewer values than the shape holds.</exception>
    public static Tensor From(IBackend backend, Shape shape, params ReadOnlySpan<float> values)
    {
        if (values.Length != shape.Count)
            throw new ShapeException($"Tensor.From: {values.Length} values for shape {shape}, which holds {shape.Count}.");
        Tensor tensor = Empty(backend, shape);
        tensor.Storage.CopyFrom(values);
        return tensor;
    }

    /// <summary>The same elements under another shape; no copy, and no gradient: <c>Reshape</c> of autograd has one.</summary>
    internal Tensor View(Shape shape) => new(Backend, shape, Storage);

    /// <summary>All elements, row by row.</summary>
    /// <exception cref="StaleTensorException">The memory has gone back to its pool.</exception>
    public float[] ToArray()
    {
        float[] values = new float[Shape.Count];
        Storage.CopyTo(values);
        return values;
    }

    /// <summary>The only element.</summary>
    /// <exception cref="ShapeException">There is more than one, or none.</exception>
    public float Item()
    {
        if (Shape.Count != 1) throw new ShapeException($"Tensor.Item: shape {Shape} has {Shape.Count} elements, not one.");
        Span<float> value = stackalloc float[1];
        Storage.CopyTo(value);
        return value[0];
    }

    /// <summary>A copy that outlives the step: it belongs to the garbage collector.</summary>
    public Tensor Keep()
    {
        Tensor copy = Lasting(Backend, Shape, Format);
        Backend.Copy(this, copy);
        return copy;
    }

    /// <summary>For example <c>Tensor [8, 768] on cpu</c>.</summary>
    public override string ToString() => $"Tensor {Shape} on {Backend.Name}";
}
