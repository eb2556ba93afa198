using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Training on masked words by a recipe, and what it took.</summary>
sealed class MaskedRun
{
    readonly Books _books;
    readonly MaskedWordsRecipe _recipe;

    public MaskedRun(Books books, MaskedWordsRecipe recipe)
    {
        (_books, _recipe) = (books, recipe);
        Objective = NewObjective();
        Validation = recipe.NewViews(Books.Backend, books.HeldOut, books.Marks, duplicates: 1);
    }

    public Objective Objective { get; }
    public MaskedViews Validation { get; }
    public Cost Cost { get; private set; } = new(0, 0);

    public Objective NewObjective() => _recipe.NewObjective(new Init(Books.Backend, (ulong)_recipe.Seed), _books.Marks.Vocabulary);

    /// <summary>Trains to the end.</summary>
    /// <param name="text">What is learned from.</param>
    /// <param name="every">Steps from one look to the next.</param>
    /// <param name="look">Told the step, before the first and then ever so often.</param>
    public void Train(DocumentSet text, int every, Action<long> look)
    {
        var trainer = new Trainer(Objective, _recipe.NewViews(Books.Backend, text, _books.Marks), new TrainerOptions
        {
            Steps = _recipe.Steps, Seed = (ulong)_recipe.Seed, WeightDecay = (float)_recipe.WeightDecay, Clip = _recipe.Clip,
            Players = new Dictionary<string, Player> { ["main"] = new(_recipe.NewOptimizer, _recipe.LearningRates()) },
        });
        look(0);
        while (trainer.StepsDone < _recipe.Steps)
        {
            TrainingReport report = trainer.Step();
            Cost += new Cost(report.Seconds, report.Flops, _recipe.Batch);
            if (trainer.StepsDone % every == 0 || trainer.StepsDone == _recipe.Steps) look(trainer.StepsDone);
        }
    }

    /// <summary>The loss of the covered words of the book kept apart.</summary>
    public double Loss(Objective objective)
    {
        var (encoder, head) = objective is SentencePairObjective pairs ? (pairs.Encoder, pairs.Head) : (((MaskedWords)objective).Encoder, ((MaskedWords)objective).Head);
        return new MaskedWords(encoder, head).MeanLoss(Books.Backend, Validation);
    }
}
