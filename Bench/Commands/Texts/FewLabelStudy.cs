using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>What pretraining is worth where labels are few: intents (CLINC150) and sentiment (sentence polarity), beside the same network from scratch and beside counted words.</summary>
static class FewLabelStudy
{
    const int UnlabelledSteps = 400, EpochShare = 5;            // with all labels an epoch is long: a fifth of them

    static readonly TextFineTuningOptions Tuned = new() { Epochs = 20, LeastSteps = 400, LearningRate = 5e-4 };

    // From scratch: what is right for a pretrained network is too careful for one that is not. All layers at one rate, and a higher one; both chosen on validation texts.
    static readonly TextFineTuningOptions Scratch = Tuned with { LearningRate = 1e-3, LayerDecay = 1 };

    public static void Run(string[] arguments)
    {
        bool quick = arguments.Contains("--quick");
        var report = new Report("few-labels", "Few labels: fine-tuned encoders of text", "learning/text.md");
        var start = new Pretrained();
        var seeds = SeedRuns.For(arguments, report);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"The encoder of the section “Masked words of all English text at hand” goes on for {UnlabelledSteps} steps on the task's training texts, without their labels. Accuracy on the test split, which is asked "
            + $"once a draw; {seeds.Count} draws of labels, mean and 95 % interval (with all labels a fifth of the epochs, and what is drawn are first values, order and dropout); what a row took is that of one draw. Fine-tuned: {Tuned.Epochs} epochs (at least {Tuned.LeastSteps} steps) up to a rate of {Tuned.LearningRate}, a layer {Tuned.LayerDecay} of the one above. From scratch, "
            + $"the same network: {Scratch.Epochs} epochs (at least {Scratch.LeastSteps}) up to {Scratch.LearningRate}. No validation labels are used. Logistic regression on TF-IDF (words and pairs of words) with C = 10; no validation labels for it either, and with all labels nothing in it is drawn."));
        Clinc150 clinc = Clinc150.Read(Path.Combine(Books.Data, "clinc150", "data_full.json"));
        Task(report, start, "intents (CLINC150, 150 classes)", clinc.InScope, [LabelBudget.PerClass(10), LabelBudget.Share(1)], LabelBudget.PerClass(10), 5, seeds, quick);
        TextParts<LabelledTexts> polarity = SentencePolarity.Read(Path.Combine(Books.Data, "sentence_polarity"));
        Task(report, start, "sentiment (sentence polarity)", polarity, [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)], LabelBudget.PerClass(100), 3, seeds, quick);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- few-labels");
    }

    static void Task(Report report, Pretrained start, string name, TextParts<LabelledTexts> set, LabelBudget[] budgets, LabelBudget judged, double least, SeedRuns seeds, bool quick)
    {
        var gone = new Lazy<(Bert Encoder, Cost Cost)>(() => start.GoOn(set.Train.Texts, quick ? 20 : UnlabelledSteps));    // not again, if all that builds on it is done
        Cost cost = seeds.Single.Of($"{name}, going on", _ => ([0], gone.Value.Cost)).Each;
        var card = new ReportCard(name);
        foreach (LabelBudget budget in budgets)
        {
            TextFineTuningOptions Shortened(TextFineTuningOptions options) => quick ? options with { Epochs = 1, LeastSteps = 20 } : budget.IsAll ? options with { Epochs = options.Epochs / EpochShare } : options;
            Counted(card, set, budget, seeds.Count);
            Score tuned = Fit(card, "fine-tuned from our encoder", draw => NewClassifier(start.CopyOf(gone.Value.Encoder), set, draw), start, set, budget, Shortened(Tuned), seeds);
            Score scratch = Fit(card, "from scratch", draw => NewClassifier(start.NewEncoder((ulong)draw + 1), set, draw), start, set, budget, Shortened(Scratch), seeds);
            if (budget == judged) report.GoalAtLeast($"{name}, {budget}: fine-tuned above from scratch, points", 100 * (tuned.Mean - scratch.Mean), least);
        }
        report.Card(card);
        report.Text(string.Create(CultureInfo.InvariantCulture, $"Going on without labels took {cost.Seconds:F0} s and {cost.Flops / 1e12:F0} TFLOP."));
    }

    static TextClassifier NewClassifier(Bert encoder, TextParts<LabelledTexts> set, int draw) =>
        new(encoder, set.Train.Classes.Count, new Init(Books.Backend, 1000 + (ulong)draw), TextPooling.Mean);

    static Score Fit(ReportCard card, string name, Func<int, TextClassifier> classifier, Pretrained start, TextParts<LabelledTexts> set, LabelBudget budget, TextFineTuningOptions options, SeedRuns seeds)
    {
        var (figures, each) = seeds.Of($"{card.Title}, {name}, {budget}", draw =>
        {
            var (accuracy, cost) = FewLabelTextTuning.OfDraw(classifier(draw), start.Books.Frame, set.Train, validation: null, set.Test, budget, options, draw);
            return ([accuracy], cost);
        });
        Row(card, $"{name}, {budget}", figures[0], each);
        return figures[0];
    }

    /// <summary>A row of counted words.</summary>
    internal static void Counted(ReportCard card, TextParts<LabelledTexts> set, LabelBudget budget, int draws)
    {
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        int[] labels = [.. set.Train.Labels];
        Score accuracy = Score.Of([.. Enumerable.Range(0, budget.IsAll ? 1 : draws).Select(draw => BagOfWords.Fit(set.Train.Take(LabelDraws.Of(labels, budget, draw))).Accuracy(set.Test))]);
        Row(card, $"TF-IDF and logistic regression, {budget}", accuracy, new Cost(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds));
    }

    /// <summary>A row of the report, printed as soon as it is known.</summary>
    internal static void Row(ReportCard card, string name, Score accuracy, Cost cost)
    {
        card.Add(card.AddRow(name, cost), "accuracy", accuracy);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {100 * accuracy.Mean:F1} ± {100 * (accuracy.HalfWidth ?? 0):F1}, {cost.Seconds:F0} s"));
    }
}
