using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Training by a recipe, and what it takes.</summary>
static class RecipeTraining
{
    /// <summary>Trains to the end.</summary>
    /// <param name="objective">What is trained.</param>
    /// <param name="recipe">How.</param>
    /// <param name="optimizer">The recipe's.</param>
    /// <param name="views">What is learned from.</param>
    /// <param name="every">Steps from one look to the next; none if 0.</param>
    /// <param name="look">Told the step and what it took so far: before the first, then ever so often, and at the end.</param>
    /// <param name="stop">After how many steps it stops; after all of the recipe's if null.</param>
    public static Cost Run(Objective objective, Recipe recipe, Func<Parameters, Optimizer> optimizer, IViewSource views, int every = 0, Action<long, Cost>? look = null, int? stop = null)
    {
        var trainer = new Trainer(objective, views, new TrainerOptions
        {
            Steps = recipe.Steps, Seed = (ulong)recipe.Seed, WeightDecay = (float)recipe.WeightDecay, Clip = recipe.Clip,
            Players = new Dictionary<string, Player> { ["main"] = new(optimizer, recipe.LearningRates()) },
        });
        Cost cost = new(0, 0);
        look?.Invoke(0, cost);
        int last = stop ?? recipe.Steps;
        while (trainer.StepsDone < last)
        {
            TrainingReport step = trainer.Step();
            cost += new Cost(step.Seconds, step.Flops, recipe.Batch);
            if ((every > 0 && trainer.StepsDone % every == 0) || trainer.StepsDone == last) look?.Invoke(trainer.StepsDone, cost);
        }
        return cost;
    }
}
