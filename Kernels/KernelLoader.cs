using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;

namespace NativeSsl.Kernels;

/// <summary>Compiles a kernel for a device, puts right what ILGPU gets wrong in the text, and loads it.</summary>
static class KernelLoader
{
    static readonly Dictionary<(Context, MethodInfo, int), CompiledKernel> Simulated = [];
    static readonly ConditionalWeakTable<Context, StrongBox<int>> Kept = [];

    /// <summary>Of so many kernels at most ILGPU keeps what it has read, 10 MB of a product, in case the next one has something in common with them.</summary>
    internal static int MostKept { get; set; } = 32;

    /// <summary>The loaded kernel, to be disposed before its accelerator.</summary>
    internal static Kernel Load(Accelerator gpu, MethodInfo method, int groupSize) =>
        gpu.LoadKernel(gpu.AcceleratorType == AcceleratorType.CPU ? OfSimulators(gpu, method, groupSize) : Compile(gpu.Context, gpu.GetBackend(), method, groupSize));

    // Simulators of a kind share a context: what was compiled for one serves the others.
    static CompiledKernel OfSimulators(Accelerator gpu, MethodInfo method, int groupSize)
    {
        lock (Simulated)
            return Simulated.TryGetValue((gpu.Context, method, groupSize), out CompiledKernel? known) ? known
                : Simulated[(gpu.Context, method, groupSize)] = Compile(gpu.Context, gpu.GetBackend(), method, groupSize);
    }

    /// <summary>The machine text of a kernel. The group size is stated, so that the driver knows how many registers a
    /// thread may have.</summary>
    internal static CompiledKernel Compile(Context context, Backend backend, MethodInfo method, int groupSize)
    {
        StrongBox<int> kept = Kept.GetOrCreateValue(context);
        lock (kept)
            try
            {
                if (kept.Value++ % MostKept == 0) context.ClearCache(ClearCacheMode.Everything);
                return Text(context, backend, method, groupSize);
            }
            catch
            {
                // A kernel that fails to compile leaves the context broken: every later one would fail too.
                context.ClearCache(ClearCacheMode.Everything);
                throw;
            }
    }

    static CompiledKernel Text(Context context, Backend backend, MethodInfo method, int groupSize) =>
        backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(groupSize, TeamsOfMultiprocessor(method))) switch
        {
            PTXCompiledKernel ptx => NewPtx(context, EntryPointOf(ptx), ptx.Info, PtxPatch.Apply(ptx.PTXAssembly)),
            CLCompiledKernel cl => new CLCompiledKernel(context, (SeparateViewEntryPoint)EntryPointOf(cl), cl.Info,
                OpenClPatch.Apply(cl.Source), cl.CVersion),
            CompiledKernel simulated => simulated,
        };

    // Two large teams hide each other's waits: the assembler is told to leave registers for the second.
    static int TeamsOfMultiprocessor(MethodInfo kernel) => kernel.DeclaringType!.GetGenericArguments().Any(typeof(ILargeTeam).IsAssignableFrom) ? 2 : 1;

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    static extern PTXCompiledKernel NewPtx(Context context, EntryPoint entry, CompiledKernel.KernelInfo? info, string text);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_EntryPoint")]
    static extern EntryPoint EntryPointOf(CompiledKernel kernel);
}
