namespace NativeSsl;

/// <summary>One tensor of a safetensors file: what the header says of it.</summary>
public sealed class SafetensorsEntry
{
    readonly long[] _shape;

    internal SafetensorsEntry(string name, SafetensorsType type, long[] shape, long start, long end) =>
        (Name, Type, _shape, Start, End) = (name, type, shape, start, end);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>How its elements are stored.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The lengths of its axes, outermost first; none for a scalar.
    /// A file may have more and longer axes than <see cref="Shape"/> takes.</summary>
    public ReadOnlySpan<long> Lengths => _shape;

    /// <summary>The number of bytes.</summary>
    public long Bytes => End - Start;

    /// <summary>The number of elements.</summary>
    public long Count => Bytes / Type.Size();

    /// <summary>Whether its elements are F32, F16, BF16 or F64.</summary>
    public bool IsFloating =>
        Type is SafetensorsType.Float32 or SafetensorsType.Float16 or SafetensorsType.BFloat16 or SafetensorsType.Float64;

    /// <summary>Where its bytes begin and end, counted from the end of the header.</summary>
    internal long Start { get; }
    internal long End { get; }

    /// <summary>The checksum that the file claims; null in a file without checksums.</summary>
    internal string? Checksum { get; set; }

    /// <summary>Its shape as an engine tensor has it.</summary>
    /// <exception cref="ShapeException">More axes, or a longer one, than a <see cref="NativeSsl.Shape"/> takes.</exception>
    public Shape Shape
    {
        get
        {
            int[] lengths = new int[_shape.Length];
            for (int axis = 0; axis < lengths.Length; axis++)
                lengths[axis] = _shape[axis] <= int.MaxValue ? (int)_shape[axis]
                    : throw new ShapeException($"Safetensors: axis {axis} of '{Name}' {this} has length {_shape[axis]}; " +
                        $"at most {int.MaxValue} is supported.");
            return Shape.Of(lengths);
        }
    }

    /// <summary>For example <c>F32 [8, 768]</c>.</summary>
    public override string ToString() => $"{Type.Name()} [{string.Join(", ", _shape)}]";
}
