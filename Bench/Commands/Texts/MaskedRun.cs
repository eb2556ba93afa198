using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Training on masked words by a recipe, and what it took.</summary>
sealed class MaskedRun
{
    readonly Books _books;
    readonly MaskedWordsRecipe _recipe;

    public MaskedRun(Books books, MaskedWordsRecipe recipe, DocumentSet? heldOut = null)
    {
        (_books, _recipe) = (books, recipe);
        Objective = NewObjective();
        Validation = recipe.NewViews(Books.Backend, heldOut ?? books.HeldOut, books.Marks, duplicates: 1);
    }

    public Objective Objective { get; }
    public MaskedViews Validation { get; }
    public Cost Cost { get; private set; } = new(0, 0);

    public Objective NewObjective() => _recipe.NewObjective(new Init(Books.Backend, (ulong)_recipe.Seed), _books.Marks.Vocabulary);

    /// <summary>Trains to the end.</summary>
    /// <param name="text">What is learned from.</param>
    /// <param name="every">Steps from one look to the next.</param>
    /// <param name="look">Told the step, before the first and then ever so often.</param>
    public void Train(DocumentSet text, int every, Action<long> look) =>
        Train(Objective, _recipe.NewViews(Books.Backend, text, _books.Marks), _recipe, every, (step, cost) =>
        {
            Cost = cost;
            look(step);
        });

    /// <summary>Trains any objective on any samples, to the end, and says what it took.</summary>
    /// <param name="objective">What is trained.</param>
    /// <param name="views">What it learns from.</param>
    /// <param name="recipe">Steps, rates, batch.</param>
    /// <param name="every">Steps from one look to the next.</param>
    /// <param name="look">Told the step and what it took so far, before the first and then ever so often.</param>
    public static Cost Train(Objective objective, IViewSource views, EncoderRecipe recipe, int every, Action<long, Cost> look)
    {
        var trainer = new Trainer(objective, views, new TrainerOptions
        {
            Steps = recipe.Steps, Seed = (ulong)recipe.Seed, WeightDecay = (float)recipe.WeightDecay, Clip = recipe.Clip,
            Players = new Dictionary<string, Player> { ["main"] = new(recipe.NewOptimizer, recipe.LearningRates()) },
        });
        Cost cost = new(0, 0);
        look(0, cost);
        while (trainer.StepsDone < recipe.Steps)
        {
            TrainingReport report = trainer.Step();
            cost += new Cost(report.Seconds, report.Flops, recipe.Batch);
            if (trainer.StepsDone % every == 0 || trainer.StepsDone == recipe.Steps) look(trainer.StepsDone, cost);
        }
        return cost;
    }

    /// <summary>The loss of the covered words of the book kept apart.</summary>
    public double Loss(Objective objective)
    {
        var (encoder, head) = objective is SentencePairObjective pairs ? (pairs.Encoder, pairs.Head) : (((MaskedWords)objective).Encoder, ((MaskedWords)objective).Head);
        return new MaskedWords(encoder, head).MeanLoss(Books.Backend, Validation);
    }
}
