using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace NativeSsl.Kernels;

/// <summary>
/// <c>mma.sync</c> and what rounds its factors to BFloat16: in PTX one instruction each, in the simulator the C# body; there the threads of a warp exchange what <c>mma.sync</c> reads across them.
/// </summary>
static class TensorCoreInstruction
{
    const int CellsAtOnce = 8, Registers = 6, MostThreads = 256;

    /// <summary>m16n8k8 of TensorFloat32 (compute capability 8.0).</summary>
    [IntrinsicImplementation]
    public static Float4 MultiplyAddTensorFloat32(Float4 sums, int a, int b, int c, int d, int e, int f) => Emulate<TensorFloat32Core>(sums, a, b, c, d, e, f);

    /// <summary>m16n8k16 of BFloat16 (compute capability 8.0).</summary>
    [IntrinsicImplementation]
    public static Float4 MultiplyAddBFloat16(Float4 sums, int a, int b, int c, int d, int e, int f) => Emulate<BFloat16Core>(sums, a, b, c, d, e, f);

    /// <summary>Two numbers as BFloat16, the first in the lower half, rounded to nearest, ties to even (compute capability 8.0).</summary>
    [IntrinsicImplementation]
    public static int RoundToBFloat16(float first, float second) => BFloat16.Round(first) | (BFloat16.Round(second) << 16);

    /// <summary>Tells a context how the instructions are written.</summary>
    internal static void Register(Context context)
    {
        foreach (string name in (string[])[nameof(MultiplyAddTensorFloat32), nameof(MultiplyAddBFloat16), nameof(RoundToBFloat16)])
            context.GetIntrinsicManager().RegisterMethod(typeof(TensorCoreInstruction).GetMethod(name)!,
                new PTXIntrinsic(typeof(TensorCoreInstruction), $"Write{name}", IntrinsicImplementationMode.GenerateCode));
    }

    // The threads of a warp show each other what they hold. Cell k of a row or column lies with the k-th thread of four; of the upper four cells, in the second register.
    static Float4 Emulate<M>(Float4 sums, int a, int b, int c, int d, int e, int f) where M : struct, ITensorCore
    {
        ArrayView<int> shown = SharedMemory.Allocate<int>(MostThreads * Registers);
        int own = Group.IdxX * Registers, warp = own - Warp.LaneIdx * Registers, row = warp + Warp.LaneIdx / 4 * 4 * Registers, column = warp + Warp.LaneIdx % 4 * 8 * Registers;
        shown[own] = a;
        shown[own + 1] = c;
        shown[own + 2] = b;
        shown[own + 3] = d;
        shown[own + 4] = e;
        shown[own + 5] = f;
        Warp.Barrier();
        for (int k = 0; k < CellsAtOnce; k++)
        {
            int place = k % 4 * Registers + k / 4, left = shown[column + place + 4], right = shown[column + place + 4 * Registers + 4];
            sums.A = M.Add(sums.A, shown[row + place], left);
            sums.B = M.Add(sums.B, shown[row + place], right);
            sums.C = M.Add(sums.C, shown[row + place + 2], left);
            sums.D = M.Add(sums.D, shown[row + place + 2], right);
        }
        Warp.Barrier();                                     // nobody shows the next before everybody has seen this
        return sums;
    }

    static void WriteMultiplyAddTensorFloat32(PTXBackend _, PTXCodeGenerator generator, Value value) => Write(generator, value, "m16n8k8.row.col.f32.tf32.tf32.f32");

    static void WriteMultiplyAddBFloat16(PTXBackend _, PTXCodeGenerator generator, Value value) => Write(generator, value, "m16n8k16.row.col.f32.bf16.bf16.f32");

    static void WriteRoundToBFloat16(PTXBackend _, PTXCodeGenerator generator, Value value)
    {
        string lower = Name(generator, generator.LoadPrimitive(value[0])), upper = Name(generator, generator.LoadPrimitive(value[1]));
        generator.Builder.AppendLine($"\tcvt.rn.bf16x2.f32 {Name(generator, generator.Allocate(value))}, {upper}, {lower};");
    }

    static string Name(PTXCodeGenerator generator, PTXRegisterAllocator.Register register) =>
        "%" + PTXRegisterAllocator.GetStringRepresentation(generator.EnsureHardwareRegister((PTXRegisterAllocator.PrimitiveRegister)register));

    static void Write(PTXCodeGenerator generator, Value value, string shape)
    {
        string Cells(int first, int count) => string.Join(",", Enumerable.Range(first, count).Select(i => Name(generator, generator.LoadPrimitive(value[i]))));
        string Sums(PTXRegisterAllocator.Register sums) => string.Join(",", ((PTXRegisterAllocator.CompoundRegister)sums).Children.Select(child => Name(generator, child)));
        string before = Sums(generator.Load(value[0])), left = Cells(1, 4), right = Cells(5, 2), after = Sums(generator.Allocate(value));
        generator.Builder.AppendLine($"\tmma.sync.aligned.{shape} {{{after}}}, {{{left}}}, {{{right}}}, {{{before}}};");
    }
}
