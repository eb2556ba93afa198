using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>A theory for NVIDIA's assembler; without it the test skips and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PtxasTheoryAttribute : TheoryAttribute
{
    public PtxasTheoryAttribute() =>
        Skip = Ptxas.Program is null ? "ptxas, with cuobjdump beside it, is not on the path, and NATIVESSL_PTXAS does not name it: NVIDIA's CUDA toolkit has both." : null;
}
