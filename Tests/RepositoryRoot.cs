namespace NativeSsl.Tests;

/// <summary>The folder with the solution: some tests are about the texts that lie there.</summary>
static class RepositoryRoot
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    static string Find(string folder) => File.Exists(System.IO.Path.Combine(folder, "NativeSsl.sln")) ? folder : Find(System.IO.Path.GetDirectoryName(folder)!);
}
