using System.Diagnostics;
using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>What the features of the encoder of masked words are good for, frozen and fine-tuned, beside the same network with random weights, or from scratch, and beside counted words.</summary>
static class TaskStudy
{
    const int Draws = 5;
    const double Wanted = 5;

    public static void Run(string[] arguments)
    {
        bool quick = arguments.Contains("--quick");
        var report = new Report("text-tasks", "What masked words are good for", "learning/text.md");
        var start = new Pretrained();
        Clinc150 clinc = Clinc150.Read(Path.Combine(Books.Data, "clinc150", "data_full.json"));
        TextParts<LabelledTexts> polarity = SentencePolarity.Read(Path.Combine(Books.Data, "sentence_polarity"));
        if (quick) clinc = new(Some(clinc.InScope, 10), clinc.OutOfScope);
        if (quick) polarity = Some(polarity, 10);

        report.Text($"The encoder of the section “Masked words of all English text at hand”, whose training is not counted here. First frozen: logistic regression on standardised features, λ by held-out training labels, {Draws} draws of labels (with all labels one). Clusters: k-means on the "
            + $"test texts' features at length one, k the number of classes, the best of {Draws} runs. Counted words have TF-IDF, and for clusters its 128 principal components, fitted on training texts without labels.");
        ReportCard intents = Frozen(start, "intents (CLINC150), frozen", clinc.InScope, [LabelBudget.PerClass(10), LabelBudget.Share(1)], clusters: true, quick, out Dictionary<string, LinearProbe> probes, out BagOfWords counted);
        report.Card(intents);
        Above(report, intents, "intents", "probe 10 per class", Wanted);
        Above(report, intents, "intents", "NMI", Wanted);
        ReportCard sentiment = Frozen(start, "sentiment (sentence polarity), frozen", polarity, [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)], clusters: false, quick, out _, out BagOfWords signs);
        report.Card(sentiment);
        Above(report, sentiment, "sentiment", "probe 100 %", Wanted / 2);

        var tuned = new TunedTasks(report, start, SeedRuns.For(arguments, report), quick);
        tuned.OutsideOf(clinc, probes, counted);
        tuned.Entailment(Sick.Read(Path.Combine(Books.Data, "sick")));
        tuned.Spoilt(polarity, signs);
        report.Save("NATIVESSL_DATA=… dotnet run -c Release --project Bench -- text-tasks");
    }

    internal static TextParts<LabelledTexts> Some(TextParts<LabelledTexts> set, int each)
    {
        LabelledTexts Thinned(LabelledTexts texts) => texts.Take(Enumerable.Range(0, texts.Count).Where(i => i % each == 0));
        return new(Thinned(set.Train), Thinned(set.Validation), Thinned(set.Test));
    }

    /// <summary>Probes of several features; those of all labels by the name of their row, and the classifier that counts words.</summary>
    static ReportCard Frozen(Pretrained start, string title, TextParts<LabelledTexts> set, LabelBudget[] budgets, bool clusters, bool quick, out Dictionary<string, LinearProbe> probes, out BagOfWords all)
    {
        var card = new ReportCard(title);
        int draws = quick ? 2 : Draws;
        var probe = new LinearProbeOptions();
        all = Counted(card, set, budgets, draws);
        if (clusters)
        {
            (FeatureSet train, FeatureSet test) = WordComponents.Of(Books.Backend, set.Train, set.Test);
            Measures.Add(card, card.AddRow("TF-IDF, principal components", test.Cost), train, test, new() { Neighbours = [], Budgets = [], Draws = draws, LabelFree = false });
        }
        probes = [];
        foreach (var (name, encoder, pooling) in new (string, Bert, TextPooling)[]
        {
            (Random, start.NewEncoder(1), TextPooling.Mean), (Kept, start.Copy(), TextPooling.Mean), ("masked words, mean of first and last block", start.Copy(), TextPooling.FirstAndLast),
            ("masked words, first token", start.Copy(), TextPooling.FirstToken),
        })
        {
            FeatureSet train = TextFeatures.Of(encoder, start.Books.Frame, set.Train, pooling), test = TextFeatures.Of(encoder, start.Books.Frame, set.Test, pooling);
            ReportRow row = card.AddRow(name, train.Cost + test.Cost);
            Measures.Add(card, row, train, test, new() { Neighbours = [], Budgets = [.. budgets.Where(budget => !budget.IsAll)], Draws = draws, Probe = probe, Clusters = clusters, LabelFree = false });
            LinearProbe fit = probes[name] = LinearProbe.Fit(train, probe);
            card.Add(row, $"probe {LabelBudget.Share(1)}", fit.Accuracy(test));
            Console.WriteLine($"{title}: {name}, {fit.Accuracy(test):F3}, λ {fit.Strength}");
        }
        return card;
    }

    internal const string Random = "random encoder, mean over tokens", Kept = "masked words, mean over tokens";

    static BagOfWords Counted(ReportCard card, TextParts<LabelledTexts> set, LabelBudget[] budgets, int draws)
    {
        long began = Stopwatch.GetTimestamp();
        int[] labels = [.. set.Train.Labels];
        BagOfWords all = BagOfWords.Fit(set.Train);
        (string, Score)[] scores = [.. budgets.Select(budget => ($"probe {budget}", budget.IsAll ? all.Accuracy(set.Test)
            : Score.Of([.. Enumerable.Range(0, draws).Select(draw => BagOfWords.Fit(set.Train.Take(LabelDraws.Of(labels, budget, draw))).Accuracy(set.Test))])))];
        ReportRow row = card.AddRow("TF-IDF", new Cost(Stopwatch.GetElapsedTime(began).TotalSeconds));
        foreach ((string measure, Score score) in scores) card.Add(row, measure, score);
        return all;
    }

    static void Above(Report report, ReportCard card, string task, string measure, double wanted)
    {
        double Of(string name) => 100 * card.Rows.Single(row => row.Name == name).Scores[measure].Mean;
        report.GoalAtLeast($"{task}, {measure}: masked words above random encoder, points", Of(Kept) - Of(Random), wanted);
    }
}
