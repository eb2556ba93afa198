using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace NativeSsl;

/// <summary>A piece of work cut into parts that may run in any order, on any thread.
/// Parts must not throw on their way through pointers.</summary>
public interface IJob
{
    /// <summary>Does one part; parts are numbered from zero.</summary>
    void Run(int part);
}

/// <summary>
/// Threads that stay: they spin for a moment after a job, then park. The caller works too, and can take a job back from a worker that never
/// started (a preempted worker must not stall everybody). Work is cut by its shape, never by the number of threads,
/// so results do not depend on it.
/// </summary>
public sealed unsafe class Workers
{
    const int SpinsBeforeParking = 6000;                    // about 100 µs of PAUSE: longer than the gap between two ops

    // The state word: job number ‹‹ 32 | closed ‹‹ 31 | workers inside. One compare-and-swap decides who gets in.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    struct Shared
    {
        [FieldOffset(64)] public long State;
        [FieldOffset(128)] public int Claimed;
        [FieldOffset(192)] public int Front;
        [FieldOffset(256)] public int Back;
        [FieldOffset(320)] public int Parked;
    }

    const long Closed = 1L << 31;

    readonly Shared[] _shared = GC.AllocateArray<Shared>(1, pinned: true);
    readonly object _gate = new();
    readonly (int Thread, Processors.Set Allowed)[] _parked;        // who sleeps, and where else it may run; guarded by the gate
    delegate*<void*, int, void> _run;
    void* _job;
    int _parts;
    int _busy;
    Exception? _failure;

    /// <summary>The number of threads that work on a job, the caller included.</summary>
    public int Threads { get; }

    /// <param name="threads">At least one; one means that the caller works alone.</param>
    public Workers(int threads)
    {
        Threads = Math.Max(1, threads);
        _parked = new (int, Processors.Set)[Threads];
        _shared[0].State = Closed;
        for (int i = 1; i < Threads; i++)
            new Thread(Work) { IsBackground = true, Name = $"NativeSsl worker {i}" }.Start(i);
    }

    /// <summary>Runs all parts and returns when the last one is done.
    /// A second caller meanwhile works alone, with the same result.</summary>
    public void Run<T>(T job, int parts) where T : struct, IJob
    {
        if (parts <= 0) return;
        if (parts == 1 || Threads == 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int part = 0; part < parts; part++) job.Run(part);
            return;
        }
        ref Shared shared = ref _shared[0];
        _run = &Part<T>;
        _job = Unsafe.AsPointer(ref job);
        (_parts, _failure) = (parts, null);
        shared.Claimed = shared.Front = shared.Back = 0;
        long number = (shared.State >> 32) + 1;
        Interlocked.Exchange(ref shared.State, number << 32);
        if (Volatile.Read(ref shared.Parked) > 0) Wake();

        TakeParts(fromFront: true);
        Interlocked.Or(ref shared.State, Closed);
        while ((Volatile.Read(ref shared.State) & (Closed - 1)) != 0) Thread.SpinWait(1);
        Exception? failure = _failure;
        Volatile.Write(ref _busy, 0);
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    static void Part<T>(void* job, int part) where T : struct, IJob => Unsafe.AsRef<T>(job).Run(part);

    // Callers eat from the front, every other worker from the back: each keeps the same half of a tensor in its own cache from op to op.
    void TakeParts(bool fromFront)
    {
        ref Shared shared = ref _shared[0];
        try
        {
            while (Interlocked.Increment(ref shared.Claimed) <= _parts)
                _run(_job, fromFront ? Interlocked.Increment(ref shared.Front) - 1 : _parts - Interlocked.Increment(ref shared.Back));
        }
        catch (Exception failure)                               // the first one is thrown again on the caller's thread
        {
            Interlocked.CompareExchange(ref _failure, failure, null);
        }
    }

    void Work(object? index)
    {
        int number = (int)index!;
        bool fromFront = number % 2 == 0;
        ref Shared shared = ref _shared[0];
        long last = 0;
        for (int spins = 0; ;)
        {
            if (HasWork(last))
            {
                long state = Volatile.Read(ref shared.State);
                if ((state & Closed) != 0 || Interlocked.CompareExchange(ref shared.State, state + 1, state) != state) continue;
                last = state >> 32;
                TakeParts(fromFront);
                Interlocked.Decrement(ref shared.State);
                spins = 0;
            }
            else if (++spins < SpinsBeforeParking) Thread.SpinWait(1);
            else { Park(number, last); spins = 0; }
        }
    }

    // A worker says that it parks, then looks for work once more; a caller publishes work, then looks for parked workers.
    // One of the two sees the other.
    void Park(int number, long last)
    {
        Processors.Set allowed = Processors.Allowed;
        lock (_gate)
        {
            _parked[number] = (Processors.Thread, allowed);
            Interlocked.Increment(ref _shared[0].Parked);
            while (!HasWork(last)) Monitor.Wait(_gate);
            Interlocked.Decrement(ref _shared[0].Parked);
            _parked[number] = default;
        }
        Processors.Allow(0, allowed);
    }

    // Whoever wakes must not do so where the caller is busy; once it is awake it may run anywhere.
    void Wake()
    {
        int here = Processors.Current;
        lock (_gate)
        {
            foreach ((int thread, Processors.Set allowed) in _parked)
                if (thread != 0) Processors.Allow(thread, allowed.But(here));
            Monitor.PulseAll(_gate);
        }
    }

    bool HasWork(long last)
    {
        long state = Volatile.Read(ref _shared[0].State);
        return state >> 32 != last && (state & Closed) == 0;
    }
}
