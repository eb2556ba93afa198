namespace NativeSsl.Kernels;

/// <summary>
/// What a warp multiplies at once: 16 × 8 sums over eight cells of 32 bits, each one step or two of a product. NVIDIA, “Parallel Thread Execution ISA”,
/// section “Warp-level matrix instructions”: with l = 4 g + t a thread's number, it holds the left factor's rows g and g + 8 and the right one's column g, both at
/// cells t and t + 4, and sums of those rows at columns 2 t and 2 t + 1.
/// </summary>
interface ITensorCore
{
    /// <summary>Steps of a product in one cell.</summary>
    static abstract int StepsOfCell { get; }

    /// <summary>Rounds what a cell has to hold.</summary>
    static abstract int Cell(float first, float second);

    /// <summary>Adds the products of two cells to a sum, in float32, as the simulator does it.</summary>
    static abstract float Add(float sum, int left, int right);

    /// <summary>The instruction.</summary>
    static abstract Float4 MultiplyAdd(Float4 sums, LeftCells left, RightCells right);
}

/// <summary>A thread's part of a left factor: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4).</summary>
readonly struct LeftCells(int a, int b, int c, int d)
{
    public int A => a;
    public int B => b;
    public int C => c;
    public int D => d;
}

/// <summary>A thread's part of a right factor: (t, g), (t + 4, g).</summary>
readonly struct RightCells(int a, int b)
{
    public int A => a;
    public int B => b;
}

/// <summary>A step to a cell: the upper 19 bits of a float.</summary>
readonly partial struct TensorFloat32Core : ITensorCore
{
    public static int StepsOfCell => 1;

    // To nearest, ties away from zero, as cvt.rna does; that itself makes the assembler wait for what it has just asked the device's memory for. A NaN's fraction must not be carried into its sign.
    public static int Cell(float first, float second)
    {
        int bits = BitConverter.SingleToInt32Bits(first);
        return ((bits & 0x7FFFFFFF) > 0x7F800000 ? bits | 0x400000 : bits + 0x1000) & ~0x1FFF;
    }

    public static float Add(float sum, int left, int right) => sum + BitConverter.Int32BitsToSingle(left) * BitConverter.Int32BitsToSingle(right);

    public static Float4 MultiplyAdd(Float4 sums, LeftCells left, RightCells right) =>
        TensorCoreInstruction.MultiplyAddTensorFloat32(sums, left.A, left.B, left.C, left.D, right.A, right.B);
}

/// <summary>Two steps to a cell, the first in its lower half.</summary>
readonly partial struct BFloat16Core : ITensorCore
{
    public static int StepsOfCell => 2;

    public static int Cell(float first, float second) => TensorCoreInstruction.RoundToBFloat16(first, second);

    public static float Add(float sum, int left, int right) => sum + BFloat16.Widen((ushort)left) * BFloat16.Widen((ushort)right)
        + BitConverter.Int32BitsToSingle(left & ~0xFFFF) * BitConverter.Int32BitsToSingle(right & ~0xFFFF);

    public static Float4 MultiplyAdd(Float4 sums, LeftCells left, RightCells right) =>
        TensorCoreInstruction.MultiplyAddBFloat16(sums, left.A, left.B, left.C, left.D, right.A, right.B);
}
