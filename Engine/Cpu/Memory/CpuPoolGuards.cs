using System.Collections.Concurrent;

namespace NativeSsl;

// For tests. A guarded block is filled with NaN, so that a kernel which takes undefined memory for zeros shows. In front of it and behind
// its last element stand marks, another one at every address (a copy that runs too far must not write what was there): they must survive.
internal sealed unsafe partial class CpuPool
{
    const int Front = CpuStorage.Alignment;

    readonly ConcurrentDictionary<nint, long> _lengths = [];

    internal bool Guards { get; set; }

    byte* TakeGuarded(long length, out long size)
    {
        byte* lent = TakeBlock(Front + length, out size) + Front;
        for (long i = -Front; i < size - Front; i++) lent[i] = i >= 0 && i < length ? (byte)0xFF : Mark(lent + i);
        _lengths[(nint)lent] = length;
        return lent;
    }

    byte* CheckGuards(byte* lent, long size)
    {
        _lengths.TryRemove((nint)lent, out long length);
        for (long i = -Front; i < size - Front; i = i == -1 ? length : i + 1)
            if (lent[i] != Mark(lent + i)) throw new NativeSslException($"A kernel wrote at byte {i} of a tensor of {length} bytes.");
        return lent - Front;
    }

    static byte Mark(byte* address) => (byte)(((nuint)address * 0x9E3779B1u) >> 16);
}
