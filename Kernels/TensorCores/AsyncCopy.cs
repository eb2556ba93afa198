using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace NativeSsl.Kernels;

/// <summary>
/// <c>cp.async</c>: 16 bytes on their way from the device's memory to shared memory, past the registers, while the thread goes on (compute capability 8.0). In the simulator they are there at once.
/// </summary>
static class AsyncCopy
{
    /// <summary>Begins to copy four floats.</summary>
    /// <param name="target">In shared memory.</param>
    /// <param name="source">In the device's memory.</param>
    [IntrinsicImplementation]
    public static void Begin(ref Float4 target, ref Float4 source) => target = source;

    /// <summary>Waits until all that this thread has begun is there; a barrier then makes it everyone's.</summary>
    [IntrinsicImplementation]
    public static void Wait() { }

    /// <summary>Tells a context how the instructions are written.</summary>
    internal static void Register(Context context)
    {
        foreach (string name in (string[])[nameof(Begin), nameof(Wait)])
            context.GetIntrinsicManager().RegisterMethod(typeof(AsyncCopy).GetMethod(name)!, new PTXIntrinsic(typeof(AsyncCopy), $"Write{name}", IntrinsicImplementationMode.GenerateCode));
    }

    // Past the first cache: a team reads nothing twice.
    static void WriteBegin(PTXBackend _, PTXCodeGenerator generator, Value value) =>
        generator.Builder.AppendLine($"\tcp.async.cg.shared.global [{Place(generator, value[0])}], [{Place(generator, value[1])}], 16;");

    static void WriteWait(PTXBackend _, PTXCodeGenerator generator, Value value) => generator.Builder.AppendLine("\tcp.async.wait_all;");

    static string Place(PTXCodeGenerator generator, Value reference) => "%" + PTXRegisterAllocator.GetStringRepresentation(generator.LoadHardware(reference.Resolve()));
}
