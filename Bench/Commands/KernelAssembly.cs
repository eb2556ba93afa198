using System.Globalization;
using ILGPU.Runtime.Cuda;
using NativeSsl.Bench.Measure;
using NativeSsl.Kernels;

namespace NativeSsl.Bench.Commands;

/// <summary>What NVIDIA's assembler makes of every kernel, on a machine without a GPU: a row for each.</summary>
static class KernelAssembly
{
    public static void Run(string[] arguments)
    {
        if (Ptxas.Program is null) throw new NativeSslException("ptx: ptxas, with cuobjdump beside it, is not on the path, and NATIVESSL_PTXAS does not name it. NVIDIA's CUDA toolkit has both.");
        var report = new Report("ptx", "Kernels for compute capability 9.0, by ptxas", "ptx.md");
        report.Text("A row shows the worst of all types a kernel is compiled for. The stack of BlockedProduct and TensorCoreProduct is that of layers with an activation that is long to work out, held to 128 registers so that two teams fit.");
        report.Head("kernel", "variants", "registers", "shared bytes", "stack bytes", "spilled bytes");
        foreach (var kernel in AllKernels.ByName.GroupBy(entry => $"{entry.Value.DeclaringType!.Name.Split('`')[0].Replace("Kernels", "", StringComparison.Ordinal)}.{entry.Value.Name}")
            .OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Ptxas[] made = [.. kernel.Select(entry => Ptxas.Assemble(AllKernels.Ptx(entry.Value, CudaArchitecture.SM_90)))];
            report.Row([kernel.Key, .. new[] { made.Length, made.Max(one => one.Registers), made.Max(one => one.SharedBytes), made.Max(one => one.StackBytes), made.Max(one => one.SpillBytes) }
                .Select(number => number.ToString(CultureInfo.InvariantCulture))]);
        }
        report.EndTable();
        report.Save("NATIVESSL_PTXAS=… dotnet run -c Release --project Bench -- ptx");
    }
}
