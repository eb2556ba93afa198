using NativeSsl.Kernels;

namespace NativeSsl.Bench.Gpu;

/// <summary>What a row is judged by.</summary>
enum Judge
{
    /// <summary>Its share of the bandwidth that a copy reaches.</summary>
    Bandwidth,
    /// <summary>Its speed as a share of PyTorch's.</summary>
    Throughput,
    /// <summary>Its time over PyTorch's.</summary>
    Time,
    /// <summary>Its time over that of <see cref="StepRows.SimClr"/>.</summary>
    Step,
}

/// <summary>Something that is timed on a GPU, and in <c>gpu.py</c> under the same name.</summary>
/// <param name="Name">What is done, and on what size.</param>
/// <param name="Judge">By what it is judged.</param>
/// <param name="Goal">At least (shares) or at most (times).</param>
/// <param name="Work">Bytes that have to move through the device's memory, or multiplications and additions.</param>
/// <param name="Prepare">Makes its inputs, drawn at random, and gives the call to be timed.</param>
sealed record GpuRow(string Name, Judge Judge, double Goal, double Work, Func<GpuBackend, Action> Prepare)
{
    /// <summary>Inputs that fit into the device's cache are changed from call to call.</summary>
    public int InputSets { get; init; } = 1;

    /// <summary>PyTorch's row beside it, if that has another name.</summary>
    public string Theirs { get; init; } = Name;

    /// <summary>The same with factors of products rounded; in BFloat16, layers store what products read likewise, unless they are told not to.</summary>
    public GpuRow With(MatMulPrecision precision, bool warpGroups = false, bool stores = true) => this with
    {
        Prepare = gpu =>
        {
            Action call = Prepare(gpu);
            return () =>
            {
                (gpu.MatMulPrecision, gpu.UsesWarpGroups, gpu.StoresBFloat16) = (precision, warpGroups, stores);
                call();
                (gpu.MatMulPrecision, gpu.UsesWarpGroups, gpu.StoresBFloat16) = (MatMulPrecision.Float32, false, true);
            };
        },
    };
}
