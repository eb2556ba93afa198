using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;

namespace NativeSsl.Kernels;

/// <summary>
/// Orders that NVIDIA's driver took note of instead of carrying them out, and carries out as one: the host pays for one launch. CUDA driver API, “graph management”
/// and “stream management”. **Never executed on a GPU yet.**
/// </summary>
sealed partial class CudaGraph : IDisposable
{
    const int Relaxed = 2;                                  // other threads may go on speaking to the driver

    nint _executable;

    CudaGraph(nint executable) => _executable = executable;

    /// <summary>The graph of what is ordered on a stream.</summary>
    /// <exception cref="DllNotFoundException">There is no driver.</exception>
    /// <exception cref="EntryPointNotFoundException">It is too old.</exception>
    /// <exception cref="DeviceException">It refuses.</exception>
    internal static CudaGraph Of(CudaStream stream, Action orders)
    {
        _ = NativeResolver.InstalledHere;
        Check(BeginCapture(stream.StreamPtr, Relaxed), "cuStreamBeginCapture");
        nint graph = 0;
        try { orders(); }
        finally { Check(EndCapture(stream.StreamPtr, out graph), "cuStreamEndCapture"); }
        try
        {
            Check(Instantiate(out nint executable, graph, 0), "cuGraphInstantiateWithFlags");
            return new CudaGraph(executable);
        }
        finally { Check(Destroy(graph), "cuGraphDestroy"); }
    }

    /// <summary>All orders, in turn with what else is on the stream.</summary>
    internal void Launch(CudaStream stream) => Check(Launch(_executable, stream.StreamPtr), "cuGraphLaunch");

    public void Dispose()
    {
        if (_executable != 0) _ = DestroyExecutable(_executable);
        _executable = 0;
    }

    static void Check(int result, string call)
    {
        if (result != 0) throw new DeviceException($"{call} failed with CUDA error {result}.");
    }

    [LibraryImport(NativeResolver.Cuda, EntryPoint = "cuStreamBeginCapture_v2")]
    private static partial int BeginCapture(nint stream, int mode);

    [LibraryImport(NativeResolver.Cuda, EntryPoint = "cuStreamEndCapture")]
    private static partial int EndCapture(nint stream, out nint graph);

    [LibraryImport(NativeResolver.Cuda, EntryPoint = "cuGraphInstantiateWithFlags")]
    private static partial int Instantiate(out nint executable, nint graph, ulong flags);

    [LibraryImport(NativeResolver.Cuda, EntryPoint = "cuGraphLaunch")]
    private static partial int Launch(nint executable, nint stream);

    [LibraryImport(NativeResolver.Cuda, EntryPoint = "cuGraphExecDestroy")]
    private static partial int DestroyExecutable(nint executable);

    [LibraryImport(NativeResolver.Cuda, EntryPoint = "cuGraphDestroy")]
    private static partial int Destroy(nint graph);
}
