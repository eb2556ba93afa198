using System.Diagnostics;
using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>The half of <see cref="TaskStudy"/> in which the encoder is trained along: out of scope, entailment, spoilt texts.</summary>
sealed class TunedTasks(Report report, Pretrained start, SeedRuns seeds, bool quick)
{
    static readonly TextFineTuningOptions Tuned = new() { Epochs = 4, LearningRate = 5e-4, LayerDecay = 0.95 };

    // From scratch, what is right for a pretrained network is too careful.
    static readonly TextFineTuningOptions Scratch = Tuned with { LearningRate = 1e-3, LayerDecay = 1 };

    static readonly string[] OutsideMeasures = ["area under the curve", "false acceptances", "accuracy with rejections", "accuracy in scope"];

    // The encoder reads texts without a second segment, as RoBERTa does.
    TextFrame Frame => start.Books.Frame with { HasSegments = false };

    TextFineTuned Fit(Bert encoder, LabelledTexts train, LabelledTexts validation, TextFineTuningOptions options, int seed) =>
        Fit(new TextClassifier(encoder, train.Classes.Count, New(seed), TextPooling.Mean), Frame, train, validation, options, seed);

    TextFineTuned Fit(SequenceClassifier classifier, TextFrame frame, LabelledTexts train, LabelledTexts validation, TextFineTuningOptions options, int seed) =>
        TextFineTuning.Fit(classifier, frame, train, validation, (quick ? options with { Epochs = 0, LeastSteps = 20, Looks = 2 } : options) with { Seed = options.Seed + (ulong)seed });

    static Init New(int seed) => new(Books.Backend, 1000 + (ulong)seed);

    /// <summary>Is a classifier of intents less sure of requests that have none?</summary>
    public void OutsideOf(Clinc150 clinc, Dictionary<string, LinearProbe> probes, BagOfWords counted)
    {
        var card = new ReportCard("requests that have no intent (CLINC150)");
        Row("TF-IDF", counted.Confidences, counted.Predict);
        foreach (var (name, encoder) in new[] { (TaskStudy.Random, start.NewEncoder(1)), (TaskStudy.Kept, start.Copy()) })
        {
            LinearProbe probe = probes[name];
            Tensor Features(IReadOnlyList<string> texts) => TextFeatures.Of(encoder, start.Books.Frame, texts);
            Row($"{name}, probe", texts => probe.Confidences(Features(texts)), texts => probe.Predict(Features(texts.Texts)));
        }
        double reached = Add("masked words, fine-tuned", seeds.Of("requests without intent", seed =>
        {
            TextFineTuned tuned = Fit(start.Copy(), clinc.InScope.Train, clinc.InScope.Validation, Tuned, seed);
            return (Measured(tuned.Confidences, tuned.Predict), tuned.Cost);
        }));
        report.Text("How sure a classifier of the 150 intents is, trained with all labels of them and with no request that has none, tells whether a request has an intent: area under the curve (50 is chance), false acceptances where 95 % with "
            + $"an intent are accepted (95 is chance), and the accuracy over all test requests, rejections included, at the threshold that validation requests chose. Of what is fine-tuned, here and below, the mean of {seeds.Count} seeds.");
        report.Card(card);
        report.GoalAtLeast("requests without intent: area under the curve, fine-tuned, %", 100 * reached, 90);

        void Row(string name, Func<IReadOnlyList<string>, double[]> sure, Func<LabelledTexts, int[]> predict) => Add(name, ([.. Measured(sure, predict).Select(Score.FromDouble)], default));

        double[] Measured(Func<IReadOnlyList<string>, double[]> sure, Func<LabelledTexts, int[]> predict)
        {
            bool[] Right(LabelledTexts texts) => [.. predict(texts).Zip(texts.Labels, (said, label) => said == label)];
            LabelledTexts validation = clinc.InScope.Validation, test = clinc.InScope.Test;
            double threshold = OutOfScope.Threshold(sure(validation.Texts), Right(validation), sure(clinc.OutOfScope.Validation));
            double[] inside = sure(test.Texts), outside = sure(clinc.OutOfScope.Test);
            bool[] right = Right(test);
            return [OutOfScope.Auroc(inside, outside), OutOfScope.FalsePositiveRate(inside, outside), OutOfScope.Accuracy(inside, right, outside, threshold), right.Count(said => said) / (double)right.Length];
        }

        double Add(string name, (Score[] Figures, Cost Each) measured)
        {
            ReportRow row = card.AddRow(name, measured.Each);
            foreach (var (measure, figure) in OutsideMeasures.Zip(measured.Figures)) card.Add(row, measure, figure);
            return measured.Figures[0].Mean;
        }
    }

    /// <summary>Does the second sentence follow from the first, contradict it, or neither?</summary>
    public void Entailment(TextParts<Sick> sick)
    {
        (LabelledTexts train, LabelledTexts trial, LabelledTexts test) = (sick.Train.Entailment, sick.Validation.Entailment, sick.Test.Entailment);
        var card = new ReportCard("entailment (SICK, three classes)");
        int most = train.Labels.GroupBy(label => label).MaxBy(group => group.Count())!.Key;
        Row("the most frequent class", test.Accuracy([.. Enumerable.Repeat(most, test.Count)]), default);
        LinearProbe overlap = LinearProbe.Fit(PairOverlap.Of(Books.Backend, train));
        Row("overlap of words", overlap.Accuracy(PairOverlap.Of(Books.Backend, test)), default);
        long began = Stopwatch.GetTimestamp();
        double bag = BagOfWords.Fit(train, trial).Accuracy(test);
        Row("TF-IDF of both", bag, new Cost(Stopwatch.GetElapsedTime(began).TotalSeconds));
        // The classifier is told which text a token belongs to, and the encoder is not: it was pretrained on single texts.
        TextFineTuned Compared(Bert encoder, TextFineTuningOptions options, int seed) => Fit(new TextPairClassifier(encoder, train.Classes.Count, New(seed), segments: false), start.Books.Frame, train, trial, options, seed);
        double fromScratch = Trained("from scratch, both compared", seed => Compared(start.NewEncoder((ulong)seed + 1), Longer(Scratch), seed));
        double mixed = Trained("masked words, fine-tuned, one mean of both", seed => Fit(start.Copy(), train, trial, Longer(Tuned), seed));
        double reached = Trained("masked words, fine-tuned, both compared", seed => Compared(start.Copy(), Longer(Tuned), seed));
        report.Text(string.Create(CultureInfo.InvariantCulture, $"Both sentences in one sample, all {train.Count:N0} training pairs, up to 7 epochs; the trial pairs chose weights and C, and the {test.Count:N0} test pairs were asked once a model (a difference under 1.9 points may be chance). "
            + $"Overlap of words: {PairOverlap.Width} features of shared words, lengths and negation with logistic regression. Both compared: the means of either text, how far they are apart, and their product (TextPairClassifier)."));
        report.Card(card);
        report.GoalAtLeast("entailment: fine-tuned above from scratch, points", 100 * (reached - fromScratch), 3);
        report.GoalAtLeast("entailment, fine-tuned: both compared above one mean of both, points", 100 * (reached - mixed), 3);

        static TextFineTuningOptions Longer(TextFineTuningOptions options) => options with { Epochs = 7 };

        double Trained(string name, Func<int, TextFineTuned> fit)
        {
            var (figures, each) = seeds.Of($"entailment, {name}", seed =>
            {
                TextFineTuned fitted = fit(seed);
                return ([fitted.Accuracy(test)], fitted.Cost);
            });
            return Row(name, figures[0], each);
        }

        double Row(string name, Score accuracy, Cost cost)
        {
            card.Add(card.AddRow(name, cost), "accuracy", accuracy);
            return accuracy.Mean;
        }
    }

    /// <summary>What is left when words have slips of the pen, or are missing?</summary>
    public void Spoilt(TextParts<LabelledTexts> polarity, BagOfWords counted)
    {
        var card = new ReportCard("sentiment of spoilt texts (sentence polarity)");
        double words = Add("TF-IDF", new SeedRuns(1), _ => (counted.Accuracy, default)), reached = Add("fine-tuned", seeds, seed =>
        {
            TextFineTuned tuned = Fit(start.Copy(), polarity.Train, polarity.Validation, Tuned, seed);
            return (tuned.Accuracy, tuned.Cost);
        });
        report.Text("Trained with all labels on texts as they are, and asked about test texts of which 10, 20, 30, 40 and 50 % of the words are spoilt (severity 1 … 5).");
        report.Card(card);
        report.GoalAtLeast("sentiment of spoilt texts, mean accuracy: fine-tuned above TF-IDF, points", 100 * (reached - words), 0);

        // Of each seed the accuracy on texts as they are, and for every kind of damage and severity.
        double Add(string name, SeedRuns runs, Func<int, (Func<LabelledTexts, double> Accuracy, Cost Cost)> classifier)
        {
            TextDamage[] kinds = [.. Enum.GetValues<TextDamage>()];
            var (figures, each) = runs.Of($"spoilt texts, {name}", seed =>
            {
                var (accuracy, cost) = classifier(seed);
                IReadOnlyDictionary<TextDamage, double[]> at = TextRobustness.Of(polarity.Test, accuracy);
                return ([accuracy(polarity.Test), .. kinds.SelectMany(kind => at[kind])], cost);
            });
            card.Add(card.AddRow($"{name}, as they are", each), "mean", figures[0]);
            double[][] means = [.. figures.Skip(1).Select(figure => figure.Mean).Chunk((figures.Length - 1) / kinds.Length)];
            TextRobustness.Add(card, name, kinds.Zip(means).ToDictionary(pair => pair.First, pair => pair.Second));
            return figures.Skip(1).Average(figure => figure.Mean);
        }
    }
}
