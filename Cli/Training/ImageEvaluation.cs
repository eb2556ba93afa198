namespace NativeSsl.Cli.Training;

/// <summary>Looks at an encoder from all sides, and at its controls in the same way.</summary>
/// <param name="run">The run whose encoder it is.</param>
/// <param name="training">What its training took.</param>
/// <param name="depth">How closely.</param>
/// <param name="terminal">Told what is being looked at.</param>
sealed class ImageEvaluation(ImageRun run, Cost training, Depth depth, Terminal terminal)
{
    internal const string Learned = "this encoder";
    const string RandomWeights = "random encoder", Pixels = "pixels", Colours = "colour histogram";

    readonly (IImageSource Train, IImageSource Test) _images = Divided(run);
    readonly bool _isLabelled = run.Train.Labels is not null;
    readonly IBackend _backend = run.Objective.Encoder.Backend;

    // Of labelled images without a part to test on, a fifth of each class is kept apart.
    static (IImageSource, IImageSource) Divided(ImageRun run) =>
        run.Test is { } test && (test.Labels is not null || run.Train.Labels is null) ? (run.Train, test)
        : run.Train.Labels is not null ? HeldOutImages.Of(run.Train) : (run.Train, run.Train);

    MeasureOptions Options => !_isLabelled ? new() { Neighbours = [], Budgets = [], Clusters = false }
        : depth > Depth.Quick ? new() : new() { Budgets = [LabelBudget.PerClass(10), LabelBudget.PerClass(100), LabelBudget.Share(1)], Draws = 3, Clusters = false };

    internal ImageReport Report()
    {
        ImageEncoder own = run.Objective.Encoder, random = run.RandomEncoder();
        (string Name, Func<IImageSource, Split, FeatureSet> Of)[] features =
        [
            (Learned, (images, split) => Features.Of(own, images, split, run.Tensors)),
            (RandomWeights, (images, split) => Features.Of(random, images, split, run.Tensors)),
            (Pixels, (images, split) => Features.Of(Pixels, _backend, x => x, images, split, run.Tensors)),
            (Colours, (images, split) => ColourHistogram.Of(_backend, images, split)),
        ];
        var card = new ReportCard($"Evaluation on {run.Train.Name}{(_isLabelled ? "" : ", without labels")}");
        ReportCard? robustness = _isLabelled && depth > Depth.Quick ? new($"What is left of kNN-20 when the test images of {run.Train.Name} are spoilt") : null;
        foreach ((string name, Func<IImageSource, Split, FeatureSet> of) in features)
        {
            terminal.Note($"evaluating: {name}");
            (FeatureSet train, FeatureSet test) = (of(_images.Train, Split.Train), of(_images.Test, Split.Test));
            if (name == Pixels && _isLabelled) AddRow(card, "pixels, 128 components", PixelComponents.Of(train, test));
            if (name == Pixels && _isLabelled && depth == Depth.Quick) continue;            // slow, and the components tell as much
            ReportRow row = AddRow(card, name, (train, test), name == Learned ? training : null);
            if (name == Learned) Align(card, row, own);
            if (name == RandomWeights) Align(card, row, random);
            if (robustness is null) continue;
            terminal.Note($"spoiling images: {name}");
            var bank = new NearestNeighbours(train);
            Robustness.Add(robustness, name, Robustness.Of(_images.Test, images => bank.Accuracy(of(images, Split.Test), 20)));
        }
        if (_isLabelled && depth == Depth.FineTuned)
        {
            Tune(card, "this encoder, fine-tuned", run.CopyOfEncoder, FineTuningOptions.Pretrained);
            Tune(card, "supervised from scratch", () => run.NewObjective().Encoder, FineTuningOptions.FromScratch);
        }
        return new ImageReport(card, robustness);
    }

    ReportRow AddRow(ReportCard card, string name, (FeatureSet Train, FeatureSet Test) features, Cost? before = null)
    {
        Cost taken = features.Train.Cost + features.Test.Cost;
        ReportRow row = card.AddRow(name, before is { } cost ? cost + taken : taken);
        Measures.Add(card, row, features.Train, features.Test, Options);
        return row;
    }

    void Align(ReportCard card, ReportRow row, ImageEncoder encoder)
    {
        using var step = new Step(_backend);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Views views = run.TwoViews();
        card.Add(row, "alignment", Alignment.Of(encoder.Forward(views.Tensors[0]), encoder.Forward(views.Tensors[1])), isShare: false);
    }

    // Both see the same draws of labels, each trained in the way that serves it best.
    void Tune(ReportCard card, string name, Func<ImageEncoder> encoder, FineTuningOptions options)
    {
        foreach (LabelBudget budget in new[] { LabelBudget.PerClass(10), LabelBudget.PerClass(100) }.Where(budget => budget.Fits([.. _images.Train.Labels!])))
        {
            terminal.Note($"training: {name}, {budget}");
            (Score accuracy, Cost cost) = FewLabelTuning.Of(encoder, _images.Train, _images.Test, budget, run.Tensors, options);
            card.Add(card.AddRow($"{name}, {budget}", cost), "trained on so many", accuracy);
        }
    }
}
