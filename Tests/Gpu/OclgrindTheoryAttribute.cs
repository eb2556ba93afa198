namespace NativeSsl.Tests.Gpu;

/// <summary>A theory for Oclgrind, an OpenCL device that interprets kernels and watches what they touch; without it the theory skips and says how to get it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OclgrindTheoryAttribute : TheoryAttribute
{
    internal const string Library = "/usr/lib/oclgrind/liboclgrind-rt-icd.so";

    public OclgrindTheoryAttribute() => Skip = File.Exists(Library) ? null : "Oclgrind is not installed (on Debian: apt-get install oclgrind).";
}
