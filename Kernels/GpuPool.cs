using System.Collections.Concurrent;
using ILGPU.Runtime.Cuda;

namespace NativeSsl.Kernels;

/// <summary>A piece of device memory.</summary>
sealed class GpuBlock(GpuPool pool, Slab<MemoryBuffer1D<byte, Stride1D.Dense>> slab, long start, long size)
{
    internal GpuPool Pool => pool;
    internal Slab<MemoryBuffer1D<byte, Stride1D.Dense>> Slab => slab;
    internal long Start => start;
    internal long Size => size;
    internal ArrayView<byte> View => slab.Memory.View.AsContiguous().SubView(start, size);

    /// <summary>Brings it back, from any thread.</summary>
    internal void Return() => pool.Return(this);
}

/// <summary>
/// Device memory, used again and again: asking a driver for it is slow, and giving it back waits for the device. Small blocks come in size classes (four to each
/// power of two), large ones are cut from <see cref="Slabs{T}"/>. A block may be lent again while earlier kernels still use it, because everything runs in order
/// on one stream.
/// </summary>
sealed class GpuPool : IDisposable
{
    // ILGPU takes every view to be aligned to 256 bytes. A device gives all of a slab at once, so slabs grow by quarters.
    const long Large = 1 << 20, LeastSlab = 4 << 20, Alignment = 256;
    const double Growth = 0.25;

    readonly Accelerator _gpu;
    readonly Slabs<MemoryBuffer1D<byte, Stride1D.Dense>> _slabs;
    readonly List<GpuBlock>[] _idle = [.. Enumerable.Range(0, Bucket(Large) + 1).Select(_ => new List<GpuBlock>())];
    // holds on to blocks whose tensors are gone, until the finalizer has brought them back
    readonly HashSet<GpuBlock> _lent = [];
    readonly ConcurrentQueue<GpuBlock> _found = [];
    // pools that take from the same device, under the same cap
    readonly GpuPool? _main;
    GpuPool[] _others = [];
    long _inUse, _peak;
    bool _disposed;
    volatile bool _abandoned;

    /// <param name="gpu">The device.</param>
    /// <param name="cap">Bytes it may be asked for; null for as many as it has.</param>
    internal GpuPool(Accelerator gpu, long? cap) : this(gpu, cap ?? gpu.MemorySize, main: null) { }

    GpuPool(Accelerator gpu, long cap, GpuPool? main)
    {
        (_gpu, Cap, _main) = (gpu, cap, main);
        _slabs = new(Allocate, buffer => buffer.Dispose(), LeastSlab, Growth);
    }

    /// <summary>A pool of its own on the same device, whose memory this one never lends. Call it in turn.</summary>
    internal GpuPool Another()
    {
        var other = new GpuPool(_gpu, Cap, this);
        _others = [.. _others, other];
        return other;
    }

    /// <summary>Its memory is nobody's any more: the main pool frees it when it next trims. From any thread, the finalizer's too.</summary>
    internal void Abandon() => _abandoned = true;

    /// <summary>Whether idle memory stays where it is: somebody has its addresses.</summary>
    internal bool StaysPut { get; set; }

    internal long Cap { get; }
    /// <summary>Bytes taken from the device, by other pools beside it too.</summary>
    internal long Held => _main is null ? _slabs.Held + _others.Sum(other => other._slabs.Held) : _main.Held;
    internal long Lent => Volatile.Read(ref _inUse);
    /// <summary>Bytes lent, by other pools beside it too.</summary>
    internal long LentByAll => _main is null ? Lent + _others.Sum(other => other.Lent) : _main.LentByAll;
    internal long Peak => Volatile.Read(ref _peak);

    /// <summary>A block of at least so many bytes. Call it, and <see cref="Trim"/>, in turn.</summary>
    /// <exception cref="DeviceMemoryException">There is no room, not even after tidying up.</exception>
    internal GpuBlock Take(long bytes)
    {
        Collect();
        GpuBlock block = bytes < Large ? TakeSmall(Bucket(bytes)) : Cut((bytes + Alignment - 1) / Alignment * Alignment);
        _lent.Add(block);
        _inUse += block.Size;
        GpuPool main = _main ?? this;
        main._peak = Math.Max(main._peak, main.LentByAll);
        return block;
    }

    GpuBlock TakeSmall(int bucket)
    {
        if (_idle[bucket] is not { Count: > 0 } idle) return Cut(SizeOf(bucket));
        GpuBlock block = idle[^1];
        idle.RemoveAt(idle.Count - 1);
        return block;
    }

    /// <summary>Brings a block back; from any thread, the finalizer's too: it only goes into a queue.
    /// After <see cref="Dispose"/> nothing happens.</summary>
    internal void Return(GpuBlock block)
    {
        if (!_disposed) _found.Enqueue(block);
    }

    /// <summary>Gives the device back what lies idle.</summary>
    internal void Trim()
    {
        Collect();
        foreach (GpuPool other in _others)
        {
            other.Trim();
            if (other._abandoned && other.Lent == 0) other.Dispose();           // a tensor may outlive the recorder that lent it
        }
        if (StaysPut) return;
        foreach (List<GpuBlock> blocks in _idle)
        {
            foreach (GpuBlock block in blocks) _slabs.Return(block.Slab, block.Start);
            blocks.Clear();
        }
        _slabs.Trim();
    }

    /// <summary>Takes in what has come back.</summary>
    internal void Collect()
    {
        while (_found.TryDequeue(out GpuBlock? block))
        {
            if (!_lent.Remove(block)) continue;
            _inUse -= block.Size;
            if (block.Size < Large) _idle[Bucket(block.Size)].Add(block);
            else _slabs.Return(block.Slab, block.Start);
        }
    }

    // The device may be full of idle blocks, or of tensors that nobody holds but the garbage collector has not looked at yet.
    GpuBlock Cut(long size)
    {
        try { return Piece(); }
        catch (OutOfMemoryException)
        {
            _gpu.Synchronize();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Trim();
            _main?.Trim();
            try { return Piece(); }
            catch (OutOfMemoryException failure) { throw new DeviceMemoryException(_gpu.Name, size, Held, Free, failure.InnerException); }
        }

        GpuBlock Piece()
        {
            (var slab, long start) = _slabs.Take(size);
            return new GpuBlock(this, slab, start, size);
        }
    }

    // Other programs take from the device too.
    long Free => _gpu is CudaAccelerator cuda ? Math.Min(Cap - Held, cuda.GetFreeMemory()) : Cap - Held;

    MemoryBuffer1D<byte, Stride1D.Dense> Allocate(long length)
    {
        if (length > Cap - Held) throw new InsufficientMemoryException();
        try { return _gpu.Allocate1D<byte>(length); }
        catch (AcceleratorException failure) { throw new InsufficientMemoryException(failure.Message, failure); }
    }

    /// <summary>Frees everything, also what is lent.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (_main is not null) _main._others = [.. _main._others.Where(other => other != this)];
        foreach (GpuPool other in _others) other.Dispose();
        _slabs.Clear();
        _lent.Clear();
        _inUse = 0;
    }

    // Bucket 4 p + q holds 2ᵖ (1 + q/4) · 1024 bytes.
    internal static int Bucket(long bytes)
    {
        int bucket = 4 * System.Numerics.BitOperations.Log2((ulong)Math.Max(1, bytes / 1024));
        while (SizeOf(bucket) < bytes) bucket++;
        return bucket;
    }

    internal static long SizeOf(int bucket) => (1024L << (bucket / 4)) * (4 + bucket % 4) / 4;
}
