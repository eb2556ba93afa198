namespace NativeSsl.Tests;

/// <summary>A test on real data, which lies in the folder that the environment variable NATIVESSL_DATA names;
/// without it the test skips.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class DataFactAttribute : FactAttribute
{
    /// <param name="path">What the test needs, below that folder.</param>
    public DataFactAttribute(string path)
    {
        if (Folder is null) Skip = "NATIVESSL_DATA does not name a folder of data sets.";
        else if (!Path.Exists(Path.Combine(Folder, path))) Skip = $"{path} is not in the folder that NATIVESSL_DATA names.";
    }

    /// <summary>The folder, if there is one.</summary>
    public static string? Folder =>
        Environment.GetEnvironmentVariable("NATIVESSL_DATA") is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;
}
