namespace NativeSsl.Kernels;

/// <summary>NVIDIA GPUs and the simulator: 32 threads exchange registers; of more than 32, the warps' results are folded the same way.</summary>
readonly struct WarpTeam : ITeam
{
    const int Warp = 32;

    public static float Fold<R>(float value) where R : struct, IReduction
    {
        value = OfWarp<R>(value);
        if (Group.DimX == Warp) return value;
        ArrayView<float> values = SharedMemory.Allocate<float>(Warp);
        int lane = Group.IdxX & (Warp - 1);
        if (lane == 0) values[Group.IdxX / Warp] = value;
        Group.Barrier();
        value = OfWarp<R>(lane < Group.DimX / Warp ? values[lane] : R.Start);
        Group.Barrier();                                    // nobody writes before everybody has read
        return value;
    }

    static float OfWarp<R>(float value) where R : struct, IReduction
    {
        for (int apart = Warp / 2; apart > 0; apart >>= 1) value = Team.Take<R>(value, ILGPU.Warp.ShuffleXor(value, apart));
        return value;
    }
}
