namespace NativeSsl.Tests.Aot;

/// <summary>A test that packs, restores and compiles ahead of time: minutes, so only where NATIVESSL_PACKAGES is 1;
/// and only where there is a linker.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class PackagesFactAttribute : FactAttribute
{
    public PackagesFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("NATIVESSL_PACKAGES") != "1")
            Skip = "NATIVESSL_PACKAGES is not 1: packing and compiling ahead of time takes minutes.";
        else if (Linker is null) Skip = "There is neither clang nor gcc to link a NativeAOT program with.";
    }

    public static string? Linker => Array.Find(["clang", "gcc"], name =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, name))));
}
