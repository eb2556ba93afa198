using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// Blocks of native memory in size classes (four to each power of two), kept for the next step. Blocks of 2 MiB and more ask Linux for huge
/// pages: touching 16 MiB for the first time takes 1.3 ms that way instead of 7.3 ms. Nothing is finalized;
/// <see cref="Trim"/> frees what lies idle.
/// </summary>
internal sealed unsafe partial class CpuPool
{
    const int HugePage = 2 << 20, MergeIntoHugePages = 14;          // MADV_HUGEPAGE

    readonly ConcurrentBag<nint>[] _idle = [.. Enumerable.Range(0, 200).Select(_ => new ConcurrentBag<nint>())];
    long _held, _lent;

    /// <summary>Bytes taken from the operating system.</summary>
    internal long Held => Volatile.Read(ref _held);

    /// <summary>Bytes in use.</summary>
    internal long Lent => Volatile.Read(ref _lent);

    /// <summary>A block of that many bytes, and <see cref="CpuStorage.Slack"/> more behind them that may be read but not written.</summary>
    internal byte* Take(long bytes, out int bucket) => Guards ? TakeGuarded(bytes, out bucket) : TakeBlock(bytes, out bucket);

    internal void Return(byte* block, int bucket)
    {
        if (Guards) block = CheckGuards(block, bucket);
        Interlocked.Add(ref _lent, -SizeOf(bucket));
        _idle[bucket].Add((nint)block);
    }

    byte* TakeBlock(long bytes, out int bucket)
    {
        bucket = Bucket(bytes);
        long size = SizeOf(bucket);
        Interlocked.Add(ref _lent, size);
        if (_idle[bucket].TryTake(out nint block)) return (byte*)block;
        void* fresh = NativeMemory.AlignedAlloc((nuint)size, size >= HugePage ? HugePage : 64u);
        if (size >= HugePage && OperatingSystem.IsLinux()) _ = Advise(fresh, (nuint)size, MergeIntoHugePages);
        Interlocked.Add(ref _held, size);
        return (byte*)fresh;
    }

    /// <summary>Floats that a kernel needs while it runs; they go back when disposed.</summary>
    internal Loan Lend(long floats) => new(this, checked(floats * sizeof(float)));

    internal readonly ref struct Loan
    {
        readonly CpuPool _pool;
        readonly int _bucket;

        internal float* Floats { get; }

        internal Loan(CpuPool pool, long bytes)
        {
            _pool = pool;
            Floats = (float*)pool.Take(bytes, out _bucket);
        }

        public void Dispose() => _pool.Return((byte*)Floats, _bucket);
    }

    internal void Trim()
    {
        for (int bucket = 0; bucket < _idle.Length; bucket++)
            while (_idle[bucket].TryTake(out nint block))
            {
                NativeMemory.AlignedFree((void*)block);
                Interlocked.Add(ref _held, -SizeOf(bucket));
            }
    }

    // Bucket 4 p + q lends 2ᵖ (1 + q/4) · 256 bytes. The slack comes on top: sizes of tensors are round, and would spill into the next class.
    static int Bucket(long bytes)
    {
        long units = Math.Max(1, (bytes + 255) / 256);
        int power = System.Numerics.BitOperations.Log2((ulong)units);
        int bucket = 4 * power;
        while (SizeOf(bucket) - CpuStorage.Slack < bytes) bucket++;
        return bucket;
    }

    static long SizeOf(int bucket) => (((256L << (bucket / 4)) * (4 + bucket % 4) / 4 + 63) & ~63L) + CpuStorage.Slack;

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
