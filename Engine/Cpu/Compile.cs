using System.Runtime.CompilerServices;

namespace NativeSsl;

/// <summary>How the JIT should treat hot loops.</summary>
internal static class Compile
{
    /// <summary>
    /// Compiled in full the first time it is called, and always as a method of its own. Without the second half the JIT sooner or later inlines the loop into
    /// its caller; the caller's budget for inlining runs out in the middle of it, and the lanes of what is left are passed through memory: ten times slower.
    /// </summary>
    internal const MethodImplOptions Loop = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
