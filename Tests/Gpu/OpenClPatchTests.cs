using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>The patch of ILGPU's OpenCL C, on pieces of text as ILGPU writes them.</summary>
public sealed class OpenClPatchTests
{
    [Fact]
    public void A_barrier_fences_shared_memory_too() =>
        Assert.Contains("barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)",
            OpenClPatch.Apply("work_group_barrier ( CLK_GLOBAL_MEM_FENCE );"), StringComparison.Ordinal);

    [Fact]
    public void An_atomic_names_the_memory_it_works_on() =>
        Assert.Contains("atomic_add ((volatile global int*)var7, var8)",
            OpenClPatch.Apply("typedef global int* type_3;\n\ttype_3 var7;\n\tatomic_fetch_add ((atomic_int*)var7, var8);"),
                StringComparison.Ordinal);

    [Fact]
    public void Compare_and_exchange_becomes_that_of_OpenCL_1() =>
        Assert.Contains("var9 = atomic_cmpxchg ((volatile local int*)var7, var9, var8)",
            OpenClPatch.Apply("typedef local int* type_3;\n\ttype_3 var7;\n\tatomic_compare_exchange_strong ((atomic_int*)var7, " +
                "(int*) & var9, var8);"), StringComparison.Ordinal);

    [Fact]
    public void Shared_memory_moves_into_the_kernel() =>
        Assert.EndsWith("kernel void Kernel_Sum(int x)\n{\n\tlocal float* shared_var_1;\n}\n",
            OpenClPatch.Apply("local float* shared_var_1;\nkernel void Kernel_Sum(int x)\n{}\n"), StringComparison.Ordinal);
}
