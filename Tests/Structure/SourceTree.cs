using System.Runtime.CompilerServices;

namespace NativeSsl.Tests.Structure;

/// <summary>Where this source was compiled, for the tests that read it.</summary>
static class SourceTree
{
    public static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    public static string[] Files(string folder) => Directory.Exists(Path.Combine(Root(), folder))
        ? [.. Directory.GetFiles(Path.Combine(Root(), folder), "*.cs").Order(StringComparer.Ordinal)]
        : throw new DirectoryNotFoundException($"The tests read their own source, but there is no {folder} at {Root()}. " +
            "Build where you test.");
}
