namespace NativeSsl;

/// <summary>How the elements of a tensor are stored.</summary>
public enum Format
{
    /// <summary>IEEE single precision, four bytes.</summary>
    Float32,
    /// <summary>The upper half of a Float32, two bytes: storage only; arithmetic is done in Float32.</summary>
    BFloat16,
    /// <summary>Whole numbers, four bytes: the elements of <see cref="Indices"/>.</summary>
    Int32,
}

/// <summary>
/// Memory on a device. Inside a <see cref="Step"/> it is lent by a pool and goes back at the step's end, or earlier when the backward pass
/// has used it; touching it afterwards is a <see cref="StaleTensorException"/>. Outside a step it belongs to the garbage collector.
/// </summary>
public abstract class Storage
{
    /// <summary>Memory of its own.</summary>
    protected Storage(long length, Format format) => (Length, Format, Whole) = (length, format, this);

    /// <summary>A window onto other memory.</summary>
    protected Storage(Storage onto, long start, long length) => (Length, Format, Whole, Start) = (length, onto.Format, onto.Whole, onto.Start + start);

    /// <summary>The number of elements.</summary>
    public long Length { get; }

    /// <summary>How elements are stored.</summary>
    public Format Format { get; }

    /// <summary>The memory that this is a window onto; itself if it is none.</summary>
    internal protected Storage Whole { get; }

    /// <summary>Whether it is memory of another.</summary>
    internal protected bool IsWindow => Whole != this;

    /// <summary>Where in <see cref="Whole"/> it begins.</summary>
    internal protected long Start { get; }

    /// <summary>Whether the memory has gone back to its pool.</summary>
    public abstract bool IsReleased { get; }

    /// <summary>How many hold this memory during a backward pass: gradients on their way, and the caller.</summary>
    internal int Holders { get; set; }

    /// <summary>Whether it must last until the step ends, although the backward pass is done with it:
    /// somebody outside the graph looks at it too.</summary>
    internal bool LastsWholeStep { get; set; }

    /// <summary>Gives pooled memory back; memory that the garbage collector owns is left alone.</summary>
    internal protected abstract void Release();

    /// <summary>A window onto part of this memory, which it keeps alive.</summary>
    /// <exception cref="ShapeException">The part lies outside.</exception>
    internal Storage Slice(long start, long length) => start >= 0 && length >= 0 && start + length <= Length
        ? Window(start, length)
        : throw new ShapeException($"Storage.Slice: {start} … {start + length} of {Length} elements.");

    /// <summary>A window onto a part that lies within.</summary>
    internal protected abstract Storage Window(long start, long length);

    /// <summary>Copies Float32 elements to the host.</summary>
    public abstract void CopyTo(Span<float> host);

    /// <summary>Copies Float32 elements from the host.</summary>
    public abstract void CopyFrom(ReadOnlySpan<float> host);

    /// <summary>Copies Int32 elements from the host.</summary>
    public abstract void CopyFrom(ReadOnlySpan<int> host);

    /// <summary>Memory from the pool inside a <see cref="Step"/>, from the garbage collector outside.</summary>
    internal static Storage New(IBackend backend, long count, Format format) =>
        Step.Of(backend) is { } step ? step.Rent(count, format) : backend.Allocate(count, format);
}
