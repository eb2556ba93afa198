namespace NativeSsl;

/// <summary>How well classes were said: overall, and of each class. Sokolova &amp; Lapalme 2009, “A systematic analysis of performance measures for
/// classification tasks”, table 3.</summary>
/// <param name="Accuracy">The share said rightly.</param>
/// <param name="MacroF1">The mean F₁ of the classes that occur, truly or as a guess.</param>
/// <param name="Precisions">For each class, the share of its guesses that were right; 0 without guesses.</param>
/// <param name="Recalls">For each class, the share of its texts that were found; 0 without texts.</param>
/// <param name="F1">For each class, 2 P R / (P + R); 0 if both are 0.</param>
public sealed record ClassScores(double Accuracy, double MacroF1, IReadOnlyList<double> Precisions, IReadOnlyList<double> Recalls, IReadOnlyList<double> F1)
{
    /// <summary>Compares guesses with the truth.</summary>
    /// <param name="predicted">The guessed class of each text.</param>
    /// <param name="labels">The true class of each text.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ShapeException">There are not as many of both, or none.</exception>
    /// <exception cref="IndexException">A class is not known.</exception>
    public static ClassScores Of(IReadOnlyList<int> predicted, IReadOnlyList<int> labels, int classes)
    {
        if (predicted.Count != labels.Count || labels.Count == 0)
            throw new ShapeException($"ClassScores: {predicted.Count} guesses for {labels.Count} labels; as many of both are needed, and at least one.");
        double[] guessed = new double[classes], there = new double[classes], right = new double[classes];
        for (int i = 0; i < labels.Count; i++)
        {
            if ((uint)labels[i] >= (uint)classes || (uint)predicted[i] >= (uint)classes)
                throw new IndexException($"ClassScores: class {labels[i]}, guessed as {predicted[i]}, at place {i}; there are {classes} classes, from 0 on.");
            guessed[predicted[i]]++;
            there[labels[i]]++;
            if (predicted[i] == labels[i]) right[labels[i]]++;
        }
        double[] precisions = Shares(right, guessed), recalls = Shares(right, there);
        double[] f1 = Shares([.. right.Select(count => 2 * count)], [.. guessed.Zip(there, (a, b) => a + b)]);
        return new(right.Sum() / labels.Count, f1.Where((_, c) => guessed[c] + there[c] > 0).Average(), precisions, recalls, f1);
    }

    static double[] Shares(double[] of, double[] all) => [.. of.Zip(all, (some, total) => total > 0 ? some / total : 0)];
}
