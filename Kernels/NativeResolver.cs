using System.Reflection;
using System.Runtime.InteropServices;

namespace NativeSsl.Kernels;

/// <summary>
/// Finds the drivers under their run-time names. ILGPU asks for <c>libcuda.so</c> and <c>libOpenCL.so</c>, names that only development
/// packages install; without them it says nothing and reports no device.
/// </summary>
static class NativeResolver
{
    internal const string Cuda = "cuda";

    static readonly Dictionary<string, string[]> RuntimeNames = new()
    {
        [Cuda] = ["libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1", "/usr/local/nvidia/lib64/libcuda.so.1"],
        ["OpenCL"] = ["libOpenCL.so.1"],
    };

    /// <summary>Must have run before the first context is made.</summary>
    internal static bool Installed { get; } = Install(typeof(Context).Assembly);

    /// <summary>Must have run before this assembly calls a driver by itself.</summary>
    internal static bool InstalledHere { get; } = Install(typeof(NativeResolver).Assembly);

    static bool Install(Assembly assembly)
    {
        if (!OperatingSystem.IsLinux()) return false;
        try { NativeLibrary.SetDllImportResolver(assembly, Resolve); }
        catch (InvalidOperationException) { return false; } // under WSL, ILGPU has installed its own, which does the same
        return true;
    }

    /// <summary>Whether the driver's library is on this machine.</summary>
    internal static bool Has(string library) =>
        NativeLibrary.TryLoad(library, typeof(Context).Assembly, null, out _) || Resolve(library, typeof(Context).Assembly, null) != 0;

    static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        if (RuntimeNames.TryGetValue(library, out string[]? names))
            foreach (string name in names)
                if (NativeLibrary.TryLoad(name, out nint handle)) return handle;
        return 0;                                           // the usual search goes on
    }
}
