using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>A tensor on its way into a safetensors file: a name, a type, a shape,
/// and a source from which the writer fetches bytes piece by piece.</summary>
public sealed class SafetensorsItem
{
    readonly Fetch _fetch;

    /// <summary>Fills <paramref name="bytes"/> with the bytes from <paramref name="start"/> on;
    /// both are multiples of the element's size.</summary>
    delegate void Fetch(long start, Span<byte> bytes);

    SafetensorsItem(string name, SafetensorsType type, long[] shape, Fetch fetch)
    {
        (Name, Type, Lengths, _fetch) = (name, type, shape, fetch);
        long bytes = type.Size();
        foreach (long length in shape)
            bytes = length >= 0 ? checked(bytes * length)
                : throw new ShapeException($"Safetensors: '{name}' has an axis of length {length}.");
        Bytes = bytes;
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }
    /// <summary>How its elements will be stored.</summary>
    public SafetensorsType Type { get; }
    /// <summary>The number of bytes.</summary>
    public long Bytes { get; }
    internal long[] Lengths { get; }

    internal void CopyTo(long start, Span<byte> bytes) => _fetch(start, bytes);

    /// <summary>A Float32 tensor of any device, stored as F32, or rounded to F16 or BF16. It is read when the file is written.</summary>
    /// <exception cref="UnsupportedFormatException">The tensor is not Float32, or the type none of the three.</exception>
    public static SafetensorsItem From(string name, Tensor tensor, SafetensorsType type = SafetensorsType.Float32)
    {
        if (tensor.Format != Format.Float32)
            throw new UnsupportedFormatException($"Safetensors: '{name}' is {tensor.Format}; convert it to Float32 first.");
        return new(name, CheckFloating(name, type), Widen(tensor.Shape), (start, bytes) =>
        {
            int size = type.Size(), count = bytes.Length / size;
            Storage part = tensor.Storage.Slice(start / size, count);
            if (type == SafetensorsType.Float32) { part.CopyTo(MemoryMarshal.Cast<byte, float>(bytes)); return; }
            float[] values = new float[count];
            part.CopyTo(values);
            SafetensorsElements.FromFloats(type, values, bytes);
        });
    }

    /// <summary>Floats, stored as F32, or rounded to F16 or BF16.</summary>
    /// <exception cref="ShapeException">There are more or fewer values than the shape holds.</exception>
    /// <exception cref="UnsupportedFormatException">The type is none of the three.</exception>
    public static SafetensorsItem From(string name, Shape shape, ReadOnlyMemory<float> values,
        SafetensorsType type = SafetensorsType.Float32)
    {
        CheckCount(name, shape, values.Length);
        int size = CheckFloating(name, type).Size();
        return new(name, type, Widen(shape),
            (start, bytes) => SafetensorsElements.FromFloats(type, values.Span.Slice((int)(start / size), bytes.Length / size), bytes));
    }

    /// <summary>Whole numbers, stored as I64.</summary>
    /// <exception cref="ShapeException">There are more or fewer values than the shape holds.</exception>
    public static SafetensorsItem From(string name, Shape shape, ReadOnlyMemory<long> values)
    {
        CheckCount(name, shape, values.Length);
        return new(name, SafetensorsType.Int64, Widen(shape), (start, bytes) =>
            MemoryMarshal.AsBytes(values.Span.Slice((int)(start / sizeof(long)), bytes.Length / sizeof(long))).CopyTo(bytes));
    }

    /// <summary>Elements of any type, as bytes.</summary>
    /// <exception cref="ShapeException">There are more or fewer bytes than type and shape ask for.</exception>
    public static SafetensorsItem FromBytes(string name, SafetensorsType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data)
    {
        SafetensorsItem item = new(name, type, shape.ToArray(), (start, bytes) => data.Span.Slice((int)start, bytes.Length).CopyTo(bytes));
        return item.Bytes == data.Length ? item
            : throw new ShapeException(
                $"Safetensors: '{name}' {type.Name()} [{string.Join(", ", item.Lengths)}] " +
                $"takes {item.Bytes} bytes but {data.Length} are given.");
    }

    static long[] Widen(Shape shape) => Array.ConvertAll(shape.ToArray(), static length => (long)length);

    static void CheckCount(string name, Shape shape, int count)
    {
        if (count != shape.Count)
            throw new ShapeException($"Safetensors: {count} values for '{name}' of shape {shape}, which holds {shape.Count}.");
    }

    static SafetensorsType CheckFloating(string name, SafetensorsType type) =>
        type is SafetensorsType.Float32 or SafetensorsType.Float16 or SafetensorsType.BFloat16 ? type
        : throw new UnsupportedFormatException($"Safetensors: '{name}' cannot be stored as {type.Name()}; " +
            "floats go into F32, F16 or BF16.");
}
