using System.Collections.Concurrent;

namespace NativeSsl.Kernels;

/// <summary>A piece of device memory, of its size class's length.</summary>
sealed class GpuBlock(MemoryBuffer1D<byte, Stride1D.Dense> buffer, int bucket)
{
    internal MemoryBuffer1D<byte, Stride1D.Dense> Buffer { get; } = buffer;
    internal int Bucket { get; } = bucket;
}

/// <summary>
/// Blocks of device memory in size classes (four to each power of two), used again and again: asking a driver for memory is slow, and
/// giving it back waits for the device. A block may be lent again while earlier kernels still use it,
/// because everything runs in order on one stream.
/// </summary>
sealed class GpuPool(Accelerator gpu) : IDisposable
{
    readonly List<GpuBlock>[] _idle = [.. Enumerable.Range(0, 200).Select(_ => new List<GpuBlock>())];
    // holds on to blocks whose tensors are gone, until the finalizer has brought them back
    readonly HashSet<GpuBlock> _lent = [];
    readonly ConcurrentQueue<GpuBlock> _found = [];
    long _held, _inUse;
    bool _disposed;

    internal long Held => Volatile.Read(ref _held);
    internal long Lent => Volatile.Read(ref _inUse);

    /// <summary>A block of at least so many bytes. Call it, and <see cref="Trim"/>, in turn.</summary>
    internal GpuBlock Take(long bytes)
    {
        Collect();
        int bucket = Bucket(bytes);
        long size = SizeOf(bucket);
        GpuBlock block;
        if (_idle[bucket] is { Count: > 0 } idle)
        {
            block = idle[^1];
            idle.RemoveAt(idle.Count - 1);
        }
        else
        {
            block = new GpuBlock(AllocateOrTidyUp(size), bucket);
            _held += size;
        }
        _lent.Add(block);
        _inUse += size;
        return block;
    }

    /// <summary>Brings a block back; from any thread, the finalizer's too: it only goes into a queue.
    /// After <see cref="Dispose"/> nothing happens.</summary>
    internal void Return(GpuBlock block)
    {
        if (!_disposed) _found.Enqueue(block);
    }

    internal void Trim()
    {
        Collect();
        foreach (List<GpuBlock> blocks in _idle)
        {
            foreach (GpuBlock block in blocks)
            {
                _held -= SizeOf(block.Bucket);
                block.Buffer.Dispose();
            }
            blocks.Clear();
        }
    }

    void Collect()
    {
        while (_found.TryDequeue(out GpuBlock? block))
        {
            if (!_lent.Remove(block)) continue;
            _inUse -= SizeOf(block.Bucket);
            _idle[block.Bucket].Add(block);
        }
    }

    // The device may be full of blocks of other sizes, or of tensors that nobody holds but the garbage collector has not looked at yet.
    MemoryBuffer1D<byte, Stride1D.Dense> AllocateOrTidyUp(long size)
    {
        try { return gpu.Allocate1D<byte>(size); }
        catch (Exception full) when (full is AcceleratorException or OutOfMemoryException)
        {
            gpu.Synchronize();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Trim();
            try { return gpu.Allocate1D<byte>(size); }
            catch (Exception failure) when (failure is AcceleratorException or OutOfMemoryException)
            {
                throw new DeviceException($"{gpu.Name}: no room for {size / 1048576.0:F1} MB more; " +
                    $"{_held / 1048576.0:F0} MB of {gpu.MemorySize / 1048576} MB are held. " +
                    "Use a smaller batch, or accumulate gradients over several.", failure);
            }
        }
    }

    /// <summary>Frees everything, also what is lent.</summary>
    public void Dispose()
    {
        _disposed = true;
        Trim();
        foreach (GpuBlock block in _lent) block.Buffer.Dispose();
        _lent.Clear();
        _held = _inUse = 0;
    }

    // Bucket 4 p + q holds 2ᵖ (1 + q/4) · 1024 bytes, a multiple of the 256 bytes to which ILGPU takes every view to be aligned.
    internal static int Bucket(long bytes)
    {
        int bucket = 4 * System.Numerics.BitOperations.Log2((ulong)Math.Max(1, bytes / 1024));
        while (SizeOf(bucket) < bytes) bucket++;
        return bucket;
    }

    internal static long SizeOf(int bucket) => (1024L << (bucket / 4)) * (4 + bucket % 4) / 4;
}
