using System.Reflection;

namespace NativeSsl.Cli.Training;

/// <summary>The recipes inside this program.</summary>
static class RecipeShelf
{
    const string Prefix = "recipes/", Suffix = ".json";

    internal static string[] Names => [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>A recipe by its name, or from a file.</summary>
    /// <exception cref="NativeSslException">There is neither; or the file is not a recipe.</exception>
    internal static Recipe Find(string nameOrFile)
    {
        using Stream? resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + nameOrFile + Suffix);
        if (resource is not null)
        {
            using var content = new MemoryStream();
            resource.CopyTo(content);
            return Recipe.Parse(content.ToArray(), nameOrFile);
        }
        return File.Exists(nameOrFile) ? Recipe.Load(nameOrFile)
            : throw new NativeSslException($"--recipe {nameOrFile}: neither a recipe of this program ({string.Join(", ", Names)}) nor a file.");
    }
}
