using ILGPU;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Kernels with a fault each, to see whether a checker of kernels finds it.</summary>
static class PlantedFaults
{
    const int Team = 64;

    /// <summary>Runs a kernel with a fault on the OpenCL device there is.</summary>
    public static int Run(string fault)
    {
        using GpuBackend gpu = GpuBackend.OpenCl();
        Tensor x = Tensor.Full(gpu, [Team], 1f);
        Action<ArrayView<float>, int> kernel = fault switch
        {
            "race" => Race,
            "out of bounds" => OutOfBounds,
            "divergent barrier" => DivergentBarrier,
            _ => Sound,
        };
        gpu.Launch(kernel, new Work(1, Team), GpuBackend.View(x), Team);
        gpu.Synchronize();
        return 0;
    }

    // Every thread reads what its neighbour wrote, after a barrier.
    static void Sound(ArrayView<float> x, int team)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Team);
        shared[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = shared[(Group.IdxX + 1) % team];
    }

    static void Race(ArrayView<float> x, int team)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Team);
        shared[Group.IdxX] = x[Group.IdxX];
        x[Group.IdxX] = shared[(Group.IdxX + 1) % team];
    }

    // Far enough not to be in the same buffer.
    static void OutOfBounds(ArrayView<float> x, int team) => x[Group.IdxX] = x[Group.IdxX + team * 1_000_000];

    static void DivergentBarrier(ArrayView<float> x, int team)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Team);
        shared[Group.IdxX] = x[Group.IdxX];
        if (Group.IdxX < team / 4) Group.Barrier();
        x[Group.IdxX] = shared[Group.IdxX];
    }
}
