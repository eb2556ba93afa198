using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Training on masked words by a recipe, and what it took.</summary>
sealed class MaskedRun
{
    readonly Books _books;
    readonly MaskedWordsRecipe _recipe;
    readonly DocumentSet _text;

    /// <param name="books">The tokens.</param>
    /// <param name="recipe">How.</param>
    /// <param name="text">What is learned from; the books themselves if null.</param>
    /// <param name="heldOut">What is kept apart; the book that no study learns from if null.</param>
    public MaskedRun(Books books, MaskedWordsRecipe recipe, DocumentSet? text = null, DocumentSet? heldOut = null)
    {
        (_books, _recipe, _text) = (books, recipe, text ?? books.Train);
        Objective = recipe.NewObjective(new Init(Books.Backend, (ulong)recipe.Seed), books.Marks.Vocabulary, _text);
        Validation = (recipe with { Seed = MaskedStudy.Recipe.Seed }).NewViews(Books.Backend, heldOut ?? books.HeldOut, books.Marks, duplicates: 1);
    }

    public Objective Objective { get; }
    /// <summary>What is asked, the same of every seed.</summary>
    public MaskedViews Validation { get; }
    public Cost Cost { get; private set; } = new(0, 0);

    /// <summary>Samples of what is learned from.</summary>
    public MaskedViews Views => _recipe.NewViews(Books.Backend, _text, _books.Marks);

    /// <summary>Trains to the end.</summary>
    /// <param name="every">Steps from one look to the next.</param>
    /// <param name="look">Told the step, before the first and then ever so often.</param>
    /// <param name="views">What is learned from; the text's <see cref="Views"/> if null.</param>
    public void Train(int every, Action<long> look, IViewSource? views = null)
    {
        Cost = RecipeTraining.Run(Objective, _recipe, _recipe.NewOptimizer, views ?? Views, every, (step, cost) =>
        {
            Cost = cost;
            look(step);
        });
    }

    /// <summary>The loss of the covered words of the book kept apart.</summary>
    public double Loss(Objective objective)
    {
        var (encoder, head) = objective is SentencePairObjective pairs ? (pairs.Encoder, pairs.Head) : (((MaskedWords)objective).Encoder, ((MaskedWords)objective).Head);
        return new MaskedWords(encoder, head).MeanLoss(Books.Backend, Validation);
    }
}
