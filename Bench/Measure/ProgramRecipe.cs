namespace NativeSsl.Bench.Measure;

/// <summary>The recipes that the program comes with: what is measured is what a user runs.</summary>
static class ProgramRecipe
{
    public static T Of<T>(string name) where T : Recipe => (T)Recipe.Load(Path.Combine(Machine.Root, "Cli", "Recipes", name + ".json"));
}
