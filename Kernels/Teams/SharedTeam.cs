namespace NativeSsl.Kernels;

/// <summary>Any device: half of the threads take in what the other half has, until one is left. A power of two, at most <see cref="MostThreads"/>.</summary>
readonly struct SharedTeam : ITeam
{
    internal const int MostThreads = 256;

    public static float Fold<R>(float value) where R : struct, IReduction
    {
        ArrayView<float> values = SharedMemory.Allocate<float>(MostThreads), results = SharedMemory.Allocate<float>(MostThreads);
        int thread = Group.IdxX;
        values[thread] = value;
        Group.Barrier();
        for (int half = Group.DimX >> 1; half > 0; half >>= 1)
        {
            if (thread < half) values[thread] = Team.Take<R>(values[thread], values[thread + half]);
            Group.Barrier();
        }
        results[thread] = values[0];                        // ILGPU moves a read to where it is used, even behind a barrier, but not a write
        Group.Barrier();                                    // nobody writes before everybody has read
        return results[thread];
    }
}
