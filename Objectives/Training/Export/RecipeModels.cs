namespace NativeSsl;

/// <summary>The models that recipes describe.</summary>
public static class RecipeModels
{
    extension(TextRecipe recipe)
    {
        /// <summary>The model before any training.</summary>
        /// <param name="init">Draws the weights, and says on which device.</param>
        /// <param name="vocabulary">How many tokens there are.</param>
        public Gpt NewModel(Init init, int vocabulary) => new(new Gpt.Config
        {
            Vocabulary = vocabulary, Context = recipe.Context, Layers = recipe.Layers, Heads = recipe.Heads, Width = recipe.Width, Bias = recipe.Bias, Dropout = (float)recipe.Dropout,
        }, init);
    }
}
