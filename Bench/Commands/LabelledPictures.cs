namespace NativeSsl.Bench.Commands;

/// <summary>A labelled set of images, from the folder that NATIVESSL_DATA names, and the controls that stand beside every result on it.</summary>
sealed class LabelledPictures
{
    /// <param name="name">The folder.</param>
    /// <param name="like">What the encoder was trained on, if it is to be shown images made like those.</param>
    /// <param name="choosing">Whether something is to be chosen: a fifth of the training part takes the place of the test part then.</param>
    public LabelledPictures(string name, LabelledPictures? like = null, bool choosing = false)
    {
        string folder = Environment.GetEnvironmentVariable("NATIVESSL_DATA") ?? throw new NativeSslException("NATIVESSL_DATA must name the folder of data sets.");
        (Train, IImageSource? test) = ImageData.Open(Path.Combine(folder, name));
        Test = test!;
        if (test is null || choosing) (Train, Test) = HeldOutImages.Of(Train);
        if (like is not null && like.Train.Size != Train.Size) (Train, Test) = (new AdaptedImages(Train, like.Train.Size), new AdaptedImages(Test, like.Train.Size));
        Normalization = like?.Normalization ?? Normalization.Of(Train);
        Backend = like?.Backend ?? new(2);
    }

    /// <summary>Where the encoder is, too.</summary>
    public CpuBackend Backend { get; }

    public IImageSource Train { get; }
    public IImageSource Test { get; }
    public Normalization Normalization { get; }

    public Tensor Tensors(IBackend backend, IImageSource images, ReadOnlyMemory<int> places) => ImageTensors.Of(backend, images, places.Span, Normalization);

    /// <summary>What an encoder makes of both parts.</summary>
    public (FeatureSet Train, FeatureSet Test) Features(string name, Func<Tensor, Tensor> encoder)
    {
        FeatureSet Of(IImageSource images, Split split) => NativeSsl.Features.Of(name, Backend, encoder, images, split, Tensors);
        return (Of(Train, Split.Train), Of(Test, Split.Test));
    }

    /// <summary>A row for what an encoder makes of the set, printed as well.</summary>
    public ReportRow Add(ReportCard card, string name, Func<Tensor, Tensor> encoder, Cost cost, MeasureOptions measures) => Add(card, Features(name, encoder), measures, cost);

    static ReportRow Add(ReportCard card, (FeatureSet Train, FeatureSet Test) set, MeasureOptions measures, Cost? took = null)
    {
        Cost cost = took ?? set.Train.Cost;
        ReportRow row = card.AddRow(set.Train.Name, cost);
        Measures.Add(card, row, set.Train, set.Test, measures);
        Console.WriteLine($"{row.Name}: {cost.Seconds:F0} s, " + string.Join(", ", row.Scores.Select(score => $"{score.Key} {score.Value.Mean:F3}")));
        return row;
    }

    /// <summary>Trains encoders with few labels; a row for each budget.</summary>
    public Score AddTuned(ReportCard card, string name, Func<ImageEncoder> encoder, LabelBudget budget, FineTuningOptions options)
    {
        (Score accuracy, Cost cost) = FewLabelTuning.Of(encoder, Train, Test, budget, Tensors, options);
        card.Add(card.AddRow($"{name}, {budget}", cost), "trained on so many", accuracy);
        Console.WriteLine($"{name}, {budget}: {accuracy.Mean:F3} ± {accuracy.HalfWidth:F3}, {cost.Seconds:F0} s");
        return accuracy;
    }

    /// <summary>What is left of nearest neighbours on spoilt test images.</summary>
    public void AddSpoilt(ReportCard card, string name, Func<Tensor, Tensor> encoder)
    {
        FeatureSet Of(IImageSource images, Split split) => NativeSsl.Features.Of(name, Backend, encoder, images, split, Tensors);
        var bank = new NearestNeighbours(Of(Train, Split.Train));
        Robustness.Add(card, name, Robustness.Of(Test, images => bank.Accuracy(Of(images, Split.Test), 20)));
    }

    /// <summary>Pixels, their colours, their principal components, and the same encoder with random weights.</summary>
    public void AddControls(ReportCard card, MeasureOptions measures, ImageRecipe recipe)
    {
        var pixels = Features("pixels", x => x);
        Add(card, pixels, measures);
        Add(card, (ColourHistogram.Of(Backend, Train, Split.Train), ColourHistogram.Of(Backend, Test, Split.Test)), measures);
        Add(card, PixelComponents.Of(pixels.Train, pixels.Test), measures);
        ImageEncoder random = recipe.NewObjective(new Init(Backend, (ulong)recipe.Seed), Train.Size.Channels).Encoder;
        Calibration.Run(random, Train, Tensors);
        Add(card, Features("random encoder", random.Forward), measures);
    }
}
