namespace NativeSsl;

/// <summary>How a bag of words is fitted.</summary>
public sealed record BagOfWordsOptions
{
    /// <summary>Which terms are counted.</summary>
    public TfIdfOptions Terms { get; init; } = new();
    /// <summary>The C to choose from: λ = 1 / (C n), as scikit-learn counts.</summary>
    public IReadOnlyList<double> Strengths { get; init; } = [1, 10, 100];
    /// <summary>C where there is nothing to choose by.</summary>
    public double StrengthWithoutChoice { get; init; } = 10;
    /// <summary>A fit is done when no element of the gradient is larger.</summary>
    public double Tolerance { get; init; } = 1e-5;
    /// <summary>A fit is done after so many directions.</summary>
    public int MostIterations { get; init; } = 200;
}

/// <summary>
/// The classifier that every learned one has to beat: <see cref="TfIdf"/> and <see cref="SparseLogisticRegression"/>; pairs become <see cref="PairRows"/>.
/// C is the one that says most labels of the validation texts rightly.
/// </summary>
public sealed class BagOfWords
{
    readonly TfIdf _terms;

    BagOfWords(TfIdf terms, SparseLogisticRegression model, double strength, double? accuracy) =>
        (_terms, Model, Strength, ValidationAccuracy) = (terms, model, strength, accuracy);

    /// <summary>The classifier of the rows.</summary>
    public SparseLogisticRegression Model { get; }
    /// <summary>The terms.</summary>
    public TfIdf Terms => _terms;
    /// <summary>The chosen C.</summary>
    public double Strength { get; }
    /// <summary>The accuracy on the validation texts that chose it; null without.</summary>
    public double? ValidationAccuracy { get; }

    /// <summary>Fits to labelled texts, or pairs of texts.</summary>
    /// <param name="train">What is learned from.</param>
    /// <param name="validation">What C is chosen by; null for <see cref="BagOfWordsOptions.StrengthWithoutChoice"/>.</param>
    /// <param name="options">How.</param>
    /// <exception cref="NativeSslException">Texts are of the test split, there are none, or no C to choose from is given.</exception>
    public static BagOfWords Fit(LabelledTexts train, LabelledTexts? validation = null, BagOfWordsOptions? options = null)
    {
        options ??= new BagOfWordsOptions();
        double[] strengths = validation is null ? [options.StrengthWithoutChoice] : [.. options.Strengths.Order()];
        if (strengths.Length == 0) throw new NativeSslException("BagOfWords: no C to choose from is given.");
        train = train.ForLearning("BagOfWords");
        TfIdf terms = TfIdf.Fit(train.Texts.Concat(train.Seconds ?? []), options.Terms);
        SparseRows rows = Rows(terms, train);
        SparseRows? held = validation is null ? null : Rows(terms, validation.ForLearning("BagOfWords"));
        BagOfWords? best = null;
        SparseLogisticRegression? model = null;
        // From the strongest penalty to the weakest: each fit begins where the one before ended, and of equally good ones the first stays.
        foreach (double strength in strengths)
        {
            model = SparseLogisticRegression.Fit(rows, train.Labels, train.Classes.Count, 1 / (strength * train.Count), model, options.Tolerance,
                options.MostIterations);
            double? accuracy = held is null ? null : validation!.Accuracy(model.Predict(held));
            if (best is null || accuracy > best.ValidationAccuracy) best = new(terms, model, strength, accuracy);
        }
        return best!;
    }

    /// <summary>The class of each text.</summary>
    public int[] Predict(LabelledTexts texts) => Model.Predict(Rows(_terms, texts));

    /// <summary>The share of texts whose class was said rightly, 0 … 1.</summary>
    public double Accuracy(LabelledTexts texts) => texts.Accuracy(Predict(texts));

    /// <summary>The largest probability of each text: how sure the classifier is, for <see cref="OutOfScope"/>.</summary>
    /// <param name="texts">Texts that stand alone.</param>
    public double[] Confidences(IReadOnlyList<string> texts) =>
        [.. Model.LogProbabilities(_terms.Transform(texts)).Select(row => Math.Exp(row.Max()))];

    static SparseRows Rows(TfIdf terms, LabelledTexts texts) => texts.Seconds is { } seconds
        ? PairRows.Of(terms.Transform(texts.Texts), terms.Transform(seconds)) : terms.Transform(texts.Texts);
}
