namespace NativeSsl;

/// <summary>Training with few labelled texts, network included: for each of several draws of labels a classifier is trained on them and asked about the
/// test split, once, at its end.</summary>
public static class FewLabelTextTuning
{
    /// <summary>The accuracy over all draws, and what they took together. With all labels the draws differ in their seeds only.</summary>
    /// <param name="classifier">Makes what each draw begins with, given the draw's number: on copies of a pretrained network, or on random ones for the
    /// control from scratch.</param>
    /// <param name="marks">How texts become tokens.</param>
    /// <param name="train">Texts of the training split.</param>
    /// <param name="validation">What tells when to stop; its labels are beyond the budget, so give none if they are to count.</param>
    /// <param name="test">Texts of the test split.</param>
    /// <param name="budget">How many labels.</param>
    /// <param name="options">How each is trained; the seed is that of the draw.</param>
    /// <param name="draws">How often labels are drawn.</param>
    /// <exception cref="NativeSslException">There are too few labels of a class.</exception>
    public static (Score Accuracy, Cost Cost) Of(Func<int, SequenceClassifier> classifier, TextFrame marks, LabelledTexts train, LabelledTexts? validation,
        LabelledTexts test, LabelBudget budget, TextFineTuningOptions options, int draws = 5)
    {
        double[] accuracies = new double[draws];
        Cost cost = new(0, 0);
        for (int draw = 0; draw < draws; draw++)
        {
            (accuracies[draw], Cost took) = OfDraw(classifier(draw), marks, train, validation, test, budget, options, draw);
            cost += took;
        }
        return (Score.Of(accuracies), cost);
    }
    /// <summary>The same of one draw, for who keeps them one by one.</summary>
    /// <param name="classifier">What the draw begins with; trained in place.</param>
    /// <param name="marks">How texts become tokens.</param>
    /// <param name="train">Texts of the training split.</param>
    /// <param name="validation">What tells when to stop, or null.</param>
    /// <param name="test">Texts of the test split.</param>
    /// <param name="budget">How many labels.</param>
    /// <param name="options">How it is trained; the seed is that of the draw.</param>
    /// <param name="draw">The draw's number.</param>
    /// <exception cref="NativeSslException">There are too few labels of a class.</exception>
    public static (double Accuracy, Cost Cost) OfDraw(SequenceClassifier classifier, TextFrame marks, LabelledTexts train, LabelledTexts? validation,
        LabelledTexts test, LabelBudget budget, TextFineTuningOptions options, int draw)
    {
        LabelledTexts labelled = train.Take(LabelDraws.Of([.. train.Labels], budget, draw));
        TextFineTuned tuned = TextFineTuning.Fit(classifier, marks, labelled, validation, options with { Seed = (ulong)draw });
        return (tuned.Accuracy(test), tuned.Cost);
    }
}
