using System.Globalization;
using ILGPU.Runtime.Cuda;
using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>What ILGPU has read of a kernel goes after a while: a program that trains compiles some sixty, the tests hundreds.</summary>
public sealed class KernelMemoryTests
{
    [Fact]
    public void What_was_read_of_a_kernel_is_not_kept_for_ever()
    {
        long ofOne = Held(mostKept: 1), ofFour = Held(mostKept: 32);
        Assert.InRange((double)ofOne / ofFour, 0, 0.5);
    }

    static long Held(int mostKept) => long.Parse(OwnProcess.Output("compile-products", $"{mostKept}"), CultureInfo.InvariantCulture);

    /// <summary>In a process of its own: compiles four kernels of products, and writes how many bytes more are in use than before.</summary>
    internal static void Measure(int mostKept)
    {
        KernelLoader.MostKept = mostKept;
        AllKernels.Ptx(AllKernels.ByName["CopyKernels.Fill"], CudaArchitecture.SM_80);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (string name in AllKernels.ByName.Keys.Where(name => name.StartsWith("BlockedProductKernels<LinearProduct<", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(4))
            AllKernels.Ptx(AllKernels.ByName[name], CudaArchitecture.SM_80);
        Console.Out.WriteLine((GC.GetTotalMemory(forceFullCollection: true) - before).ToString(CultureInfo.InvariantCulture));
    }
}
