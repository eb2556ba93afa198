using System.Reflection;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;

namespace NativeSsl.Kernels;

/// <summary>Compiles kernels and keeps their launchers.</summary>
static class KernelLoader
{
    internal static TDelegate Load<TDelegate>(Accelerator gpu, MethodInfo kernel) where TDelegate : Delegate =>
        gpu.LoadKernel(gpu.GetBackend().Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), default))
           .CreateLauncherDelegate<TDelegate>();
}
