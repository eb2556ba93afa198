using System.Text.RegularExpressions;

namespace NativeSsl.Kernels;

/// <summary>What has to be changed in the PTX that ILGPU 1.5.3 writes before a driver may see it.</summary>
static partial class PtxPatch
{
    // ILGPU's second optimization level marks conditional branches as uniform, "all threads go the same way", although the condition may
    // differ between threads: the result of an atomic, a flag set in a divergent branch. PTX leaves undefined what happens then; and a
    // branch marked so keeps the driver's compiler from unrolling loops, which leaves arrays in slow local memory.
    internal static string Apply(string ptx) =>
        ForWarpGroups(UniformBranch().Replace(ptx, "$1").Replace("brx.idx.uni", "brx.idx", StringComparison.Ordinal));

    // ILGPU names no target above sm_80, and no version above 7.8; wgmma is of sm_90a alone, from version 8.0 on.
    static string ForWarpGroups(string ptx) => ptx.Contains("wgmma.", StringComparison.Ordinal) ? Target().Replace(Version().Replace(ptx, ".version 8.0"), ".target sm_90a") : ptx;

    [GeneratedRegex(@"(@!?%p\d+ bra)\.uni")]
    private static partial Regex UniformBranch();
    [GeneratedRegex(@"^\.version [\d.]+", RegexOptions.Multiline)]
    private static partial Regex Version();
    [GeneratedRegex(@"^\.target sm_\w+", RegexOptions.Multiline)]
    private static partial Regex Target();
}
