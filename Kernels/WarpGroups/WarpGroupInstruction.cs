using System.Runtime.CompilerServices;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace NativeSsl.Kernels;

/// <summary>A thread's 64 sums of 64 × 128, as <c>wgmma</c> leaves them: of each of sixteen blocks of eight columns what <c>mma.sync</c> leaves, the warp's rows being the group's 16 from the first of its own.</summary>
struct WarpGroupSums
{
    public FragmentRow Near, Far;
}

/// <summary>
/// <c>wgmma</c> (compute capability 9.0): four warps multiply 64 × 128 over eight cells, both factors read from shared memory while the threads go on. NVIDIA, “Parallel Thread Execution ISA”, section “Asynchronous
/// warpgroup level matrix instructions”. A factor is described by where it begins and how far apart its core matrices of eight lines by 16 bytes are; here those of neighbouring lines lie one behind another, and
/// the second four cells of all 128 lines of a slab behind their first four. In the simulator the C# body reads the same places.
/// </summary>
static class WarpGroupInstruction
{
    /// <summary>Of four cells: from a line's first to its second four.</summary>
    internal const int NextCells = 128;

    const int BytesOfCore = 128, BytesOfNextCells = NextCells * 16, Blocks = 16;

    /// <summary>m64n128k8 of TensorFloat32. What it sums is known after <see cref="Wait"/>.</summary>
    /// <param name="sums">Of the thread; they have to be put back where they come from.</param>
    /// <param name="left">The first four cells of the first of 64 lines, in shared memory.</param>
    /// <param name="right">The first four cells of the first of 128 lines, in shared memory.</param>
    [IntrinsicImplementation]
    public static WarpGroupSums MultiplyAddTensorFloat32(WarpGroupSums sums, ref Float4 left, ref Float4 right) => Emulate<TensorFloat32Core>(sums, ref left, ref right);

    /// <summary>m64n128k16 of BFloat16, otherwise the same.</summary>
    [IntrinsicImplementation]
    public static WarpGroupSums MultiplyAddBFloat16(WarpGroupSums sums, ref Float4 left, ref Float4 right) => Emulate<BFloat16Core>(sums, ref left, ref right);

    /// <summary>Sums that threads have touched come before what is multiplied next.</summary>
    [IntrinsicImplementation]
    public static void Begin() { }

    /// <summary>Waits for all that was begun.</summary>
    [IntrinsicImplementation]
    public static WarpGroupSums Wait(WarpGroupSums sums) => sums;

    /// <summary>Tells a context how the instructions are written.</summary>
    internal static void Register(Context context)
    {
        foreach (string name in (string[])[nameof(MultiplyAddTensorFloat32), nameof(MultiplyAddBFloat16), nameof(Begin), nameof(Wait)])
            context.GetIntrinsicManager().RegisterMethod(typeof(WarpGroupInstruction).GetMethod(name)!, new PTXIntrinsic(typeof(WarpGroupInstruction), $"Write{name}", IntrinsicImplementationMode.GenerateCode));
    }

    static WarpGroupSums Emulate<M>(WarpGroupSums sums, ref Float4 left, ref Float4 right) where M : struct, ITensorCore
    {
        int thread = Group.IdxX % FragmentLayout.Warp, row = Group.IdxX / FragmentLayout.Warp % 4 * 16 + thread / 4, column = thread % 4 * 2;
        ref Float4 first = ref Unsafe.As<WarpGroupSums, Float4>(ref sums);
        for (int block = 0; block < Blocks; block++, column += 8)
        {
            ref Float4 four = ref Unsafe.Add(ref first, block);
            four.A = Add<M>(four.A, ref left, row, ref right, column);
            four.B = Add<M>(four.B, ref left, row, ref right, column + 1);
            four.C = Add<M>(four.C, ref left, row + 8, ref right, column);
            four.D = Add<M>(four.D, ref left, row + 8, ref right, column + 1);
        }
        return sums;
    }

    static float Add<M>(float sum, ref Float4 left, int row, ref Float4 right, int column) where M : struct, ITensorCore
    {
        for (int half = 0; half < 2; half++)
        {
            ref int a = ref Unsafe.As<Float4, int>(ref Unsafe.Add(ref left, half * NextCells + row)), b = ref Unsafe.As<Float4, int>(ref Unsafe.Add(ref right, half * NextCells + column));
            for (int cell = 0; cell < 4; cell++) sum = M.Add(sum, Unsafe.Add(ref a, cell), Unsafe.Add(ref b, cell));
        }
        return sum;
    }

    static void WriteMultiplyAddTensorFloat32(PTXBackend _, PTXCodeGenerator generator, Value value) => Write(generator, value, "m64n128k8.f32.tf32.tf32", "1, 1, 1");

    static void WriteMultiplyAddBFloat16(PTXBackend _, PTXCodeGenerator generator, Value value) => Write(generator, value, "m64n128k16.f32.bf16.bf16", "1, 1, 1, 0, 0");

    // Sums stay in their registers: moved to others, the assembler waits after each instruction.
    static void Write(PTXCodeGenerator generator, Value value, string shape, string signs)
    {
        var sums = (PTXRegisterAllocator.CompoundRegister)generator.Load(value[0]);
        generator.Bind(value, sums);
        string left = Description(generator, value[1]), right = Description(generator, value[2]);
        generator.Builder.AppendLine($"\twgmma.mma_async.sync.aligned.{shape} {{{string.Join(",", sums.Children.Select(child => Name(generator, child)))}}}, {left}, {right}, {signs};");
    }

    // In units of 16 bytes: where it begins, from bit 16 how far the next cells are, from bit 32 how far the next eight lines.
    static string Description(PTXCodeGenerator generator, Value reference)
    {
        string place = "%" + PTXRegisterAllocator.GetStringRepresentation(generator.LoadHardware(reference.Resolve()));
        string made = "%" + PTXRegisterAllocator.GetStringRepresentation(generator.AllocateRegister(BasicValueType.Int64, PTXRegisterKind.Int64));
        generator.Builder.AppendLine($"\tcvt.u64.u32 {made}, {place};");
        generator.Builder.AppendLine($"\tand.b64 {made}, {made}, 0x3FFFF;");
        generator.Builder.AppendLine($"\tshr.u64 {made}, {made}, 4;");
        generator.Builder.AppendLine($"\tor.b64 {made}, {made}, {((long)BytesOfCore / 16 << 32) | ((long)BytesOfNextCells / 16 << 16)};");
        return made;
    }

    static void WriteBegin(PTXBackend _, PTXCodeGenerator generator, Value value) => generator.Builder.AppendLine("\twgmma.fence.sync.aligned;");

    static void WriteWait(PTXBackend _, PTXCodeGenerator generator, Value value)
    {
        generator.Builder.AppendLine("\twgmma.commit_group.sync.aligned;");
        generator.Builder.AppendLine("\twgmma.wait_group.sync.aligned 0;");
        generator.Bind(value, generator.Load(value[0]));
    }

    static string Name(PTXCodeGenerator generator, PTXRegisterAllocator.Register register) =>
        "%" + PTXRegisterAllocator.GetStringRepresentation(generator.EnsureHardwareRegister((PTXRegisterAllocator.PrimitiveRegister)register));
}
