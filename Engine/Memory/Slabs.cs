namespace NativeSsl;

/// <summary>
/// Blocks of a device's memory: the lowest free stretch of the oldest <see cref="Slab{T}"/> that has one. When none has, a slab is added, larger the more there
/// is already. For those who write a backend; safe to use from several threads.
/// </summary>
/// <typeparam name="T">What the device calls its memory.</typeparam>
/// <param name="allocate">Asks the device for so many bytes; an <see cref="OutOfMemoryException"/> if it has no more.</param>
/// <param name="free">Gives a slab's memory back to the device.</param>
/// <param name="least">The least length of a slab, in bytes.</param>
/// <param name="growth">The length of a new slab as a share of all before it together.</param>
public sealed class Slabs<T>(Func<long, T> allocate, Action<T> free, long least, double growth)
{
    const long Most = 1 << 30;

    readonly Lock _lock = new();
    readonly List<Slab<T>> _slabs = [];

    /// <summary>Bytes asked of the device.</summary>
    public long Held => Sum(slab => slab.Length);

    /// <summary>Bytes that were ever lent: what an operating system had to provide that gives memory when it is touched.</summary>
    public long Touched => Sum(slab => slab.Touched);

    /// <summary>A block, and where in its slab it begins.</summary>
    /// <param name="size">Its bytes, a multiple of what blocks have to be aligned to.</param>
    /// <exception cref="OutOfMemoryException">The device does not give as much.</exception>
    public (Slab<T> Slab, long Start) Take(long size)
    {
        lock (_lock)
        {
            foreach (Slab<T> slab in _slabs)
                if (slab.Take(size) is >= 0 and var start) return (slab, start);
            Slab<T> added = Add(size);
            _slabs.Add(added);
            return (added, added.Take(size));
        }
    }

    /// <summary>Brings a block back.</summary>
    public void Return(Slab<T> slab, long start)
    {
        lock (_lock) slab.Return(start);
    }

    /// <summary>The slab of which something is true.</summary>
    public Slab<T> Find(Predicate<Slab<T>> what)
    {
        lock (_lock) return _slabs.Find(what)!;
    }

    /// <summary>Frees the slabs of which nothing is lent.</summary>
    public void Trim() => Free(slab => slab.IsIdle);

    /// <summary>Frees all slabs, whatever is lent.</summary>
    public void Clear() => Free(_ => true);

    void Free(Predicate<Slab<T>> which)
    {
        lock (_lock)
        {
            foreach (Slab<T> slab in _slabs)
                if (which(slab)) free(slab.Memory);
            _slabs.RemoveAll(which);
        }
    }

    Slab<T> Add(long size)
    {
        long wanted = Math.Max(size, Math.Clamp((long)(growth * Held), least, Most));
        try { return new Slab<T>(allocate(wanted), wanted); }
        catch (OutOfMemoryException) when (wanted > size)
        {
            return new Slab<T>(allocate(size), size);       // not as much as would be good, but as much as is needed
        }
    }

    long Sum(Func<Slab<T>, long> bytes)
    {
        lock (_lock) return _slabs.Sum(bytes);
    }
}
