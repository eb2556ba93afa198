using System.Buffers;

namespace NativeSsl;

// The elements of one tensor, in the form they are wanted in.
public sealed partial class SafetensorsFile
{
    /// <summary>The elements of an F32, F16, BF16 or F64 tensor; F64 is rounded.</summary>
    /// <exception cref="MalformedFileException">No such tensor, another type, or data that do not have their checksum.</exception>
    /// <exception cref="ShapeException">The destination has another length.</exception>
    public void Read(string name, Span<float> values)
    {
        SafetensorsEntry entry = Floating(name);
        CheckCount(entry, values.Length);
        using SafetensorsChunks chunks = Chunks(entry);
        for (int start = 0; chunks.Next() is { IsEmpty: false } bytes; start += bytes.Length / entry.Type.Size())
            SafetensorsElements.ToFloats(entry.Type, bytes, values[start..]);
    }

    /// <summary>The elements of an I64, I32, U8 or BOOL tensor.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void Read(string name, Span<long> values)
    {
        SafetensorsEntry entry = this[name];
        if (entry.IsFloating)
            throw new MalformedFileException(Path, $"tensor '{name}' is {entry}; whole numbers (I64, I32, U8, BOOL) are wanted here.");
        CheckCount(entry, values.Length);
        using SafetensorsChunks chunks = Chunks(entry);
        for (int start = 0; chunks.Next() is { IsEmpty: false } bytes; start += bytes.Length / entry.Type.Size())
            SafetensorsElements.ToWholes(entry.Type, bytes, values[start..]);
    }

    /// <summary>The bytes of a tensor of any type, as they are.</summary>
    /// <inheritdoc cref="Read(string, Span{float})"/>
    public void ReadBytes(string name, Span<byte> bytes)
    {
        SafetensorsEntry entry = this[name];
        if (bytes.Length != entry.Bytes)
            throw new ShapeException($"Safetensors: '{name}' {entry} has {entry.Bytes} bytes but the destination {bytes.Length}.");
        using SafetensorsChunks chunks = Chunks(entry);
        for (int start = 0; chunks.Next() is { IsEmpty: false } chunk; start += chunk.Length) chunk.CopyTo(bytes[start..]);
    }

    /// <summary>Some of the bytes of a tensor of any type. A part has no checksum; <see cref="Verify"/> holds the whole against it.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="start">The first byte wanted, counted from the tensor's first.</param>
    /// <param name="bytes">Receives it and those behind it.</param>
    /// <exception cref="MalformedFileException">No such tensor, or the file cannot be read.</exception>
    /// <exception cref="ShapeException">The tensor has not as many bytes.</exception>
    public void ReadBytes(string name, long start, Span<byte> bytes)
    {
        SafetensorsEntry entry = this[name];
        if (start < 0 || start > entry.Bytes - bytes.Length)
            throw new ShapeException($"Safetensors: bytes {start} … {start + bytes.Length} of '{name}' {entry}, which has {entry.Bytes}.");
        try
        {
            lock (_stream)
            {
                _stream.Position = _body + entry.Start + start;
                _stream.ReadExactly(bytes);
            }
        }
        catch (IOException error)
        {
            throw new MalformedFileException(Path, $"tensor '{name}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The elements of an F32, F16, BF16 or F64 tensor, into a Float32 tensor of the same shape.
    /// On an error its content is undefined.</summary>
    /// <exception cref="MalformedFileException">No such tensor, another type, or data that do not have their checksum.</exception>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void ReadInto(string name, Tensor tensor)
    {
        SafetensorsEntry entry = Floating(name);
        if (entry.Shape != tensor.Shape)
            throw new ShapeException($"Safetensors: '{name}' of {Path} is {entry} but the tensor has shape {tensor.Shape}.");
        using SafetensorsChunks chunks = Chunks(entry);
        float[] values = ArrayPool<float>.Shared.Rent((int)Math.Min(entry.Count, SafetensorsChunks.Size / entry.Type.Size()));
        for (long start = 0; chunks.Next() is { IsEmpty: false } bytes;)
        {
            int count = bytes.Length / entry.Type.Size();
            SafetensorsElements.ToFloats(entry.Type, bytes, values);
            tensor.Storage.Slice(start, count).CopyFrom(values.AsSpan(0, count));
            start += count;
        }
        ArrayPool<float>.Shared.Return(values);
    }

    /// <summary>A new Float32 tensor that outlives the step.</summary>
    /// <exception cref="MalformedFileException">No such tensor, another type, or data that do not have their checksum.</exception>
    /// <exception cref="ShapeException">It has more, or longer, axes than a <see cref="Shape"/> takes.</exception>
    public Tensor Read(string name, IBackend backend)
    {
        Tensor tensor = Tensor.Lasting(backend, Floating(name).Shape);
        ReadInto(name, tensor);
        return tensor;
    }

    SafetensorsChunks Chunks(SafetensorsEntry entry) => new(_stream, Path, _body, entry, _verify);

    SafetensorsEntry Floating(string name)
    {
        SafetensorsEntry entry = this[name];
        return entry.IsFloating ? entry
            : throw new MalformedFileException(Path, $"tensor '{name}' is {entry}; a floating type (F32, F16, BF16, F64) is wanted here.");
    }

    static void CheckCount(SafetensorsEntry entry, int count)
    {
        if (count != entry.Count)
            throw new ShapeException($"Safetensors: '{entry.Name}' {entry} has {entry.Count} elements but the destination {count}.");
    }
}
