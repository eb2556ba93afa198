using System.Runtime.CompilerServices;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace NativeSsl.Kernels;

/// <summary>
/// The bulk copy engine (compute capability 9.0): one thread asks for a stretch of the device's memory, and all wait at a barrier in shared memory that counts its bytes. NVIDIA, “Parallel Thread Execution ISA”,
/// <c>cp.async.bulk</c> and <c>mbarrier</c>. In the simulator the thread that asks copies, and the team's next barrier makes it everyone's.
/// </summary>
static class BulkCopy
{
    /// <summary>Sets a barrier up, by one thread; the team's next barrier makes it everyone's.</summary>
    [IntrinsicImplementation]
    public static void SetUp(ref long barrier) => barrier = 0;

    /// <summary>Says how many bytes are to come, by one thread, before it asks for them.</summary>
    [IntrinsicImplementation]
    public static void Expect(ref long barrier, int bytes) { }

    /// <summary>Asks for fours of floats, by one thread.</summary>
    /// <param name="barrier">Where their bytes are counted.</param>
    /// <param name="target">In shared memory.</param>
    /// <param name="source">In the device's memory.</param>
    /// <param name="fours">How many; a constant.</param>
    [IntrinsicImplementation]
    public static void Begin(ref long barrier, ref Float4 target, ref Float4 source, int fours)
    {
        for (int i = 0; i < fours; i++) Unsafe.Add(ref target, i) = Unsafe.Add(ref source, i);
    }

    /// <summary>Waits until all is there that was asked for since the barrier was last passed.</summary>
    /// <param name="barrier">Where it is counted.</param>
    /// <param name="turn">How often it has been passed: 0, 1, …</param>
    [IntrinsicImplementation]
    public static void Wait(ref long barrier, int turn) { }

    /// <summary>Tells a context how the instructions are written.</summary>
    internal static void Register(Context context)
    {
        foreach (string name in (string[])[nameof(SetUp), nameof(Expect), nameof(Begin), nameof(Wait)])
            context.GetIntrinsicManager().RegisterMethod(typeof(BulkCopy).GetMethod(name)!, new PTXIntrinsic(typeof(BulkCopy), $"Write{name}", IntrinsicImplementationMode.GenerateCode));
    }

    // One thread arrives; the others only wait. The engine reads past the way threads do, so it has to be shown the barrier.
    static void WriteSetUp(PTXBackend _, PTXCodeGenerator generator, Value value)
    {
        generator.Builder.AppendLine($"\tmbarrier.init.shared::cta.b64 [{Name(generator, value[0])}], 1;");
        generator.Builder.AppendLine("\tfence.mbarrier_init.release.cluster;");
    }

    static void WriteExpect(PTXBackend _, PTXCodeGenerator generator, Value value) =>
        generator.Builder.AppendLine($"\tmbarrier.arrive.expect_tx.shared::cta.b64 _, [{Name(generator, value[0])}], {Constant(value[1])};");

    static void WriteBegin(PTXBackend _, PTXCodeGenerator generator, Value value) => generator.Builder.AppendLine(
        $"\tcp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [{Name(generator, value[1])}], [{Name(generator, value[2])}], {16 * Constant(value[3])}, [{Name(generator, value[0])}];");

    static void WriteWait(PTXBackend _, PTXCodeGenerator generator, Value value)
    {
        string parity = "%" + PTXRegisterAllocator.GetStringRepresentation(generator.AllocateRegister(BasicValueType.Int32, PTXRegisterKind.Int32));
        generator.Builder.AppendLine($"\tand.b32 {parity}, {Name(generator, value[1])}, 1;");
        generator.Builder.AppendLine("\t{ .reg .pred done;");
        generator.Builder.AppendLine($"\twait_{value.Id}:");
        generator.Builder.AppendLine($"\tmbarrier.try_wait.parity.shared::cta.b64 done, [{Name(generator, value[0])}], {parity};");
        generator.Builder.AppendLine($"\t@!done bra wait_{value.Id}; }}");
    }

    static int Constant(Value value) => ((PrimitiveValue)value.Resolve()).Int32Value;

    static string Name(PTXCodeGenerator generator, Value value) => "%" + PTXRegisterAllocator.GetStringRepresentation(generator.LoadHardware(value.Resolve()));
}
