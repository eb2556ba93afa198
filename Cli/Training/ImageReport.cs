using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>The report card of an encoder: what frozen features tell about images that were kept apart, beside pixels, colours and random weights.</summary>
sealed record ImageReport(ReportCard Card) : Report
{
    const string Learned = "this encoder", Probe = "probe 100 %", Nearest = "kNN-20";

    internal static ImageReport Of(ImageRun run, Depth depth, Terminal terminal)
    {
        IImageSource test = run.Test ?? run.Train;
        bool isLabelled = run.Test is { Labels: not null } && run.Train.Labels is not null;
        var card = new ReportCard($"Evaluation on {run.Train.Name}{(isLabelled ? "" : ", without labels")}");
        MeasureOptions options = !isLabelled ? new() { Neighbours = [], Budgets = [], Clusters = false }
            : depth > Depth.Quick ? new() : new() { Budgets = [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)], Draws = 3, Clusters = false };
        IBackend backend = run.Objective.Encoder.Backend;
        foreach ((string name, ImageEncoder encoder) in new[] { (Learned, run.Objective.Encoder), ("random encoder", run.RandomEncoder()) })
            Align(Add(name, Both((images, split) => Features.Of(encoder, images, split, run.Tensors))), encoder);
        var pixels = Both((images, split) => Features.Of("pixels", backend, x => x, images, split, run.Tensors));
        if (depth > Depth.Quick || !isLabelled) Add("pixels", pixels);
        if (isLabelled) Add("pixels, 128 components", PixelComponents.Of(pixels.Train, pixels.Test));
        Add("colour histogram", Both((images, split) => ColourHistogram.Of(backend, images, split)));
        if (isLabelled && depth == Depth.FineTuned)
        {
            Tune(card, "this encoder, fine-tuned", run.CopyOfEncoder, run, test, terminal);
            Tune(card, "supervised from scratch", () => run.NewObjective().Encoder, run, test, terminal);
        }
        return new ImageReport(card);

        (FeatureSet Train, FeatureSet Test) Both(Func<IImageSource, Split, FeatureSet> features) => (features(run.Train, Split.Train), features(test, Split.Test));

        ReportRow Add(string name, (FeatureSet Train, FeatureSet Test) features)
        {
            terminal.Note($"evaluating: {name}");
            ReportRow row = card.AddRow(name, features.Train.Cost + features.Test.Cost);
            Measures.Add(card, row, features.Train, features.Test, options);
            return row;
        }

        void Align(ReportRow row, ImageEncoder encoder)
        {
            using var step = new Step(backend);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            Views views = run.TwoViews();
            card.Add(row, "alignment", Alignment.Of(encoder.Forward(views.Tensors[0]), encoder.Forward(views.Tensors[1])), isShare: false);
        }
    }

    // Both are trained alike, on the same draws of labels; they differ in their first weights.
    static void Tune(ReportCard card, string name, Func<ImageEncoder> encoder, ImageRun run, IImageSource test, Terminal terminal)
    {
        const int Draws = 5;
        int[] labels = [.. run.Train.Labels!];
        Cost cost = default;
        List<(string Measure, Score Score)> scores = [];
        foreach (LabelBudget budget in new[] { LabelBudget.PerClass(10), LabelBudget.PerClass(100) }.Where(budget => budget.Fits(labels)))
        {
            terminal.Note($"training: {name}, {budget}");
            double[] accuracies = new double[Draws];
            for (int draw = 0; draw < Draws; draw++)
            {
                FineTuned tuned = FineTuning.Fit(encoder(), run.Train, LabelDraws.Of(labels, budget, draw), run.Tensors, new FineTuningOptions { Seed = (ulong)draw });
                (accuracies[draw], cost) = (tuned.Accuracy(test), cost + tuned.Cost);
            }
            scores.Add(($"trained on {budget}", Score.Of(accuracies)));
        }
        ReportRow row = card.AddRow(name, cost);
        foreach ((string measure, Score score) in scores) card.Add(row, measure, score);
    }

    internal override string Heading =>
        "What frozen features tell about images that were kept apart (shares in per cent, higher is better), beside features that nobody learned:";

    internal override void Print(Terminal terminal) => terminal.Table(["", .. Card.Rows.Select(row => row.Name)], Card.Measures.Select(measure =>
        (string[])[measure.Name, .. Card.Rows.Select(row => row.Scores.TryGetValue(measure.Name, out Score score) ? Shown(score, measure.IsShare) : "")]));

    static string Shown(Score score, bool isShare)
    {
        string Number(double value) => isShare ? Text.Invariant($"{100 * value:F1}") : Text.Invariant($"{value:F3}");
        return Number(score.Mean) + (score.HalfWidth is { } half ? $" ± {Number(half)}" : "");
    }

    internal override string Verdict
    {
        get
        {
            if (!Card.Measures.Any(measure => measure.Name == Probe)) return "Without labels nobody can say what the features are good for; name a set that has some with --data.";
            double Own(string measure) => Card.Rows[0].Scores[measure].Mean;
            double Best(string measure) => Card.Rows.Skip(1).Where(row => row.Scores.ContainsKey(measure)).Max(row => row.Scores[measure].Mean);
            return (Own(Probe) > Best(Probe), Own(Nearest) > Best(Nearest)) switch
            {
                (true, true) => "Its features tell classes apart better than all that nobody learned, by neighbours and by probe: it has learned without labels.",
                (true, false) => "A linear probe reads more from its features than from all that nobody learned, but nearest neighbours do not: it has learned something.",
                _ => "Its features tell classes apart no better than what nobody learned: it has not learned what helps here.",
            };
        }
    }

    internal override JsonObject ToJson() => JsonNode.Parse(Card.ToJson())!.AsObject();

    internal override string ToMarkdown() => Card.ToMarkdown() + $"\n{Verdict}\n";
}
