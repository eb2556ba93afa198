namespace NativeSsl;

/// <summary>
/// Large blocks: the lowest free stretch of the oldest <see cref="CpuSlab"/> that has one. When none has, a slab is added that is as large as all before it
/// together, within limits; what is never touched of it costs addresses, not memory.
/// </summary>
internal sealed unsafe class CpuSlabs
{
    const long Least = 64 << 20, Most = 1 << 30;

    readonly Lock _lock = new();
    readonly List<CpuSlab> _slabs = [];

    /// <summary>Bytes that were ever lent: what the operating system had to provide.</summary>
    internal long Touched
    {
        get
        {
            lock (_lock) return _slabs.Sum(slab => slab.Touched);
        }
    }

    internal byte* Take(long size)
    {
        lock (_lock)
        {
            foreach (CpuSlab slab in _slabs)
                if (slab.Take(size) is var block && block != null) return block;
            CpuSlab added = Add(size);
            _slabs.Add(added);
            return added.Take(size);
        }
    }

    internal void Return(byte* block)
    {
        lock (_lock) _slabs.First(slab => slab.Has(block)).Return(block);
    }

    /// <summary>Frees the slabs of which nothing is lent.</summary>
    internal void Trim()
    {
        lock (_lock)
        {
            foreach (CpuSlab slab in _slabs)
                if (slab.IsIdle) slab.Free();
            _slabs.RemoveAll(slab => slab.IsIdle);
        }
    }

    CpuSlab Add(long size)
    {
        try
        {
            return new CpuSlab(Math.Max(size, Math.Clamp(_slabs.Sum(slab => slab.Length), Least, Most)));
        }
        catch (OutOfMemoryException)
        {
            return new CpuSlab(size);                       // not as much as would be good, but as much as is needed
        }
    }
}
