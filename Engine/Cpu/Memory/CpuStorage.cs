using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// Memory of the CPU: 64-byte aligned, with 64 bytes of slack behind the last element, so that a kernel may read (never write) a whole
/// register past the end. Either a pinned array that the garbage collector owns, or a block lent by the <see cref="CpuPool"/>.
/// </summary>
internal sealed unsafe class CpuStorage : Storage
{
    internal const int Alignment = 64, Slack = 64;

    readonly Line[]? _lines;                        // the pinned array
    readonly CpuPool? _pool;
    readonly long _size;
    byte* _pointer;

    CpuStorage(long length, Format format, byte* pointer, Line[]? lines, CpuPool? pool, long size) : base(length, format)
    {
        _pointer = pointer;
        (_lines, _pool, _size) = (lines, pool, size);
    }

    CpuStorage(CpuStorage onto, long start, long length) : base(onto, start, length) => _pointer = onto.Pointer + start * BytesOf(Format);

    internal static long RoundUp(long bytes) => (bytes + Alignment - 1) & ~(Alignment - 1L);

    internal static int BytesOf(Format format) => format == Format.BFloat16 ? 2 : 4;

    internal static CpuStorage Lasting(long length, Format format)
    {
        long bytes = checked(length * BytesOf(format) + Slack + Alignment);
        // An array of 64-byte lines, because an array of bytes ends at 2 GiB.
        Line[] lines = GC.AllocateArray<Line>(checked((int)(bytes / Alignment + 1)), pinned: true);
        nint start = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(lines));
        return new(length, format, (byte*)((start + Alignment - 1) & ~(nint)(Alignment - 1)), lines, null, 0);
    }

    internal static CpuStorage Pooled(CpuPool pool, long length, Format format)
    {
        byte* block = pool.Take(checked(length * BytesOf(format)), out long size);
        return new(length, format, block, null, pool, size);
    }

    internal byte* Pointer => !IsReleased ? _pointer : throw new StaleTensorException(
        "This tensor's memory went back to the pool when its Step ended, or when the backward pass had used it. " +
            "Take a copy with Keep() before that.");

    public override bool IsReleased => _pointer == null || (IsWindow && Whole.IsReleased);

    protected internal override void Release()
    {
        if (_pool is null || _pointer == null) return;
        _pool.Return(_pointer, _size);
        _pointer = null;
    }

    protected internal override Storage Window(long start, long length) => new CpuStorage(this, start, length);

    public override void CopyTo(Span<float> host) => new ReadOnlySpan<float>(Floats(), checked((int)Length)).CopyTo(host);

    public override void CopyFrom(ReadOnlySpan<float> host) => host.CopyTo(new Span<float>(Floats(), checked((int)Length)));

    public override void CopyFrom(ReadOnlySpan<int> host) => host.CopyTo(new Span<int>(Ints(), checked((int)Length)));

    internal float* Floats() => Format == Format.Float32 ? (float*)Pointer : throw new UnsupportedFormatException(
        $"This op takes Float32 tensors; one of {Length} elements is {Format}. Convert it first.");

    internal ushort* Halves() => Format == Format.BFloat16 ? (ushort*)Pointer : throw new UnsupportedFormatException(
        $"This op takes BFloat16 tensors; one of {Length} elements is {Format}. Convert it first.");

    internal int* Ints() => (int*)Pointer;

    [StructLayout(LayoutKind.Sequential, Size = Alignment)]
    struct Line;
}
