using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// Native memory kept for the next step. Small blocks come in size classes (four to each power of two), of which any two are alike; large ones are pieces of
/// <see cref="Slabs{T}"/>, because what a layer gave back has to serve another layer of another size. Nothing is finalized; <see cref="Trim"/> frees what
/// lies idle.
/// </summary>
internal sealed unsafe partial class CpuPool
{
    const long Large = 2 << 20, LeastSlab = 64 << 20;

    readonly ConcurrentBag<nint>[] _idle = [.. Enumerable.Range(0, Bucket(Large) + 1).Select(_ => new ConcurrentBag<nint>())];
    readonly Slabs<nint> _slabs = new(CpuPages.Allocate, CpuPages.Free, LeastSlab, growth: 1);
    long _held, _lent;

    /// <summary>Bytes taken from the operating system.</summary>
    internal long Held => Volatile.Read(ref _held) + _slabs.Touched;

    /// <summary>Bytes in use.</summary>
    internal long Lent => Volatile.Read(ref _lent);

    /// <summary>A block of that many bytes, and <see cref="CpuStorage.Slack"/> more behind them that may be read but not written.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="size">How many it has in fact: to be given back with it.</param>
    internal byte* Take(long bytes, out long size) => Guards ? TakeGuarded(bytes, out size) : TakeBlock(bytes, out size);

    internal void Return(byte* block, long size)
    {
        if (Guards) block = CheckGuards(block, size);
        Interlocked.Add(ref _lent, -size);
        if (size >= Large) ReturnLarge((nint)block);
        else _idle[Bucket(size - CpuStorage.Slack)].Add((nint)block);
    }

    byte* TakeBlock(long bytes, out long size)
    {
        int bucket = bytes < Large ? Bucket(bytes) : 0;
        size = bytes < Large ? SizeOf(bucket) : CpuStorage.RoundUp(bytes + CpuStorage.Slack);
        Interlocked.Add(ref _lent, size);
        if (size >= Large) return TakeLarge(size);
        if (_idle[bucket].TryTake(out nint block)) return (byte*)block;
        Interlocked.Add(ref _held, size);
        return (byte*)NativeMemory.AlignedAlloc((nuint)size, CpuStorage.Alignment);
    }

    byte* TakeLarge(long size)
    {
        (Slab<nint> slab, long start) = _slabs.Take(size);
        return (byte*)slab.Memory + start;
    }

    void ReturnLarge(nint block)
    {
        Slab<nint> owner = _slabs.Find(slab => block >= slab.Memory && block < slab.Memory + slab.Length);
        _slabs.Return(owner, block - owner.Memory);
    }

    /// <summary>Floats that a kernel needs while it runs; they go back when disposed. None are no block.</summary>
    internal Loan Lend(long floats) => new(this, checked(floats * sizeof(float)));

    internal readonly ref struct Loan
    {
        readonly CpuPool _pool;
        readonly long _size;

        internal float* Floats { get; }

        internal Loan(CpuPool pool, long bytes)
        {
            _pool = pool;
            if (bytes > 0) Floats = (float*)pool.Take(bytes, out _size);
        }

        public void Dispose()
        {
            if (Floats != null) _pool.Return((byte*)Floats, _size);
        }
    }

    internal void Trim()
    {
        for (int bucket = 0; bucket < _idle.Length; bucket++)
            while (_idle[bucket].TryTake(out nint block))
            {
                NativeMemory.AlignedFree((void*)block);
                Interlocked.Add(ref _held, -SizeOf(bucket));
            }
        _slabs.Trim();
    }

    // Bucket 4 p + q lends 2ᵖ (1 + q/4) · 256 bytes. The slack comes on top: sizes of tensors are round, and would spill into the next class.
    static int Bucket(long bytes)
    {
        long units = Math.Max(1, (bytes + 255) / 256);
        int bucket = 4 * BitOperations.Log2((ulong)units);
        while (SizeOf(bucket) - CpuStorage.Slack < bytes) bucket++;
        return bucket;
    }

    static long SizeOf(int bucket) => CpuStorage.RoundUp((256L << (bucket / 4)) * (4 + bucket % 4) / 4) + CpuStorage.Slack;
}
