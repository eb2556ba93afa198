using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>
/// Keeps a waking thread off the processor of the one that wakes it. Linux may put both on one, most of all on machines with few: a
/// processor where the sleeper ran last counts as a good place even if the caller is busy there, and a search for an idle one is cut short
/// where utilization is high. The two then share one processor for milliseconds. On other systems nothing is done.
/// </summary>
internal static unsafe partial class Processors
{
    const int Words = 16;                                   // 1,024 processors, as many as cpu_set_t of the C library holds

    /// <summary>The processor this thread runs on; −1 where that cannot be known.</summary>
    internal static int Current => OperatingSystem.IsLinux() ? GetProcessor() : -1;

    /// <summary>A name by which another thread can <see cref="Allow"/> this one.</summary>
    internal static int Thread => OperatingSystem.IsLinux() ? GetThread() : 0;

    /// <summary>The processors that the calling thread may use; none where that cannot be known.</summary>
    internal static Set Allowed
    {
        get
        {
            Set set = default;
            return OperatingSystem.IsLinux() && GetAffinity(0, sizeof(Set), &set) >= 0 ? set : default;
        }
    }

    /// <summary>Allows a thread these processors and no others; nothing happens if there are none.</summary>
    /// <param name="thread">The caller if 0.</param>
    /// <param name="processors">Where it may run from now on. A thread that runs on one of them stays.</param>
    internal static void Allow(int thread, Set processors)
    {
        if (processors.Count > 0) _ = SetAffinity(thread, sizeof(Set), &processors);
    }

    internal struct Set
    {
        internal fixed ulong Words[Processors.Words];

        internal readonly Set But(int processor)
        {
            Set others = this;
            if ((uint)processor < Processors.Words * 64) others.Words[processor / 64] &= ~(1UL << processor % 64);
            return others;
        }

        internal readonly int Count
        {
            get
            {
                int count = 0;
                for (int word = 0; word < Processors.Words; word++) count += System.Numerics.BitOperations.PopCount(Words[word]);
                return count;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    private static partial int GetProcessor();

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThread();

    [LibraryImport("libc", EntryPoint = "sched_getaffinity")]
    private static partial int GetAffinity(int thread, nint bytes, Set* set);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nint bytes, Set* set);
}
