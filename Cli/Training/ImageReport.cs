using System.Text.Json.Nodes;

namespace NativeSsl.Cli.Training;

/// <summary>The report card of an encoder: what frozen features tell about images that were kept apart, beside pixels, colours and random weights.</summary>
sealed record ImageReport(ReportCard Card) : Report
{
    const string Learned = "this encoder", Probe = "probe 100 %", Nearest = "kNN-20";

    internal static ImageReport Of(ImageRun run, bool isThorough, Terminal terminal)
    {
        IImageSource test = run.Test ?? run.Train;
        bool isLabelled = run.Test is { Labels: not null } && run.Train.Labels is not null;
        var card = new ReportCard($"Evaluation on {run.Train.Name}{(isLabelled ? "" : ", without labels")}");
        MeasureOptions options = !isLabelled ? new() { Neighbours = [], Budgets = [], Clusters = false }
            : isThorough ? new() : new() { Budgets = [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)], Draws = 3, Clusters = false };
        foreach ((string name, ImageEncoder encoder) in new[] { (Learned, run.Objective.Encoder), ("random encoder", run.RandomEncoder()) })
            Align(card, Add(name, (images, split) => Features.Of(encoder, images, split, run.Tensors)), encoder);
        IBackend backend = run.Objective.Encoder.Backend;
        Add("pixels", (images, split) => Features.Of("pixels", backend, x => x, images, split, run.Tensors));
        Add("colour histogram", (images, split) => ColourHistogram.Of(backend, images, split));
        return new ImageReport(card);

        ReportRow Add(string name, Func<IImageSource, Split, FeatureSet> features)
        {
            terminal.Note($"evaluating: {name}");
            FeatureSet train = features(run.Train, Split.Train), asked = features(test, Split.Test);
            ReportRow row = card.AddRow(name, train.Cost + asked.Cost);
            Measures.Add(card, row, train, asked, options);
            return row;
        }

        void Align(ReportCard report, ReportRow row, ImageEncoder encoder)
        {
            using var step = new Step(encoder.Backend);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            Views views = run.TwoViews();
            report.Add(row, "alignment", Alignment.Of(encoder.Forward(views.Tensors[0]), encoder.Forward(views.Tensors[1])), isShare: false);
        }
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
            double Best(string measure) => Card.Rows.Skip(1).Max(row => row.Scores[measure].Mean);
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
