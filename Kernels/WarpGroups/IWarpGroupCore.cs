namespace NativeSsl.Kernels;

/// <summary>A format that groups of four warps multiply.</summary>
interface IWarpGroupCore : ITensorCore
{
    /// <summary>The instruction, as <see cref="WarpGroupInstruction"/> has it.</summary>
    static abstract WarpGroupSums MultiplyAdd(WarpGroupSums sums, ref Float4 left, ref Float4 right);
}

readonly partial struct TensorFloat32Core : IWarpGroupCore
{
    public static WarpGroupSums MultiplyAdd(WarpGroupSums sums, ref Float4 left, ref Float4 right) => WarpGroupInstruction.MultiplyAddTensorFloat32(sums, ref left, ref right);
}

readonly partial struct BFloat16Core : IWarpGroupCore
{
    public static WarpGroupSums MultiplyAdd(WarpGroupSums sums, ref Float4 left, ref Float4 right) => WarpGroupInstruction.MultiplyAddBFloat16(sums, ref left, ref right);
}
