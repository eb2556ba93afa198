namespace NativeSsl.Bench.Commands;

/// <summary>A labelled set of images, from the folder that NATIVESSL_DATA names, and the controls that stand beside every result on it.</summary>
sealed class LabelledPictures
{
    public LabelledPictures(string name)
    {
        string folder = Environment.GetEnvironmentVariable("NATIVESSL_DATA") ?? throw new NativeSslException("NATIVESSL_DATA must name the folder of data sets.");
        (Train, IImageSource? test) = ImageData.Open(Path.Combine(folder, name));
        Test = test ?? throw new NativeSslException($"{name} has no part to test on.");
        Normalization = Normalization.Of(Train);
    }

    public CpuBackend Backend { get; } = new(2);
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

    /// <summary>Pixels, their colours, their principal components, and the same encoder with random weights.</summary>
    public void AddControls(ReportCard card, MeasureOptions measures, ImageRecipe recipe)
    {
        var pixels = Features("pixels", x => x);
        Add(pixels);
        Add((ColourHistogram.Of(Backend, Train, Split.Train), ColourHistogram.Of(Backend, Test, Split.Test)));
        Add(PixelComponents.Of(pixels.Train, pixels.Test));
        ImageEncoder random = recipe.NewObjective(new Init(Backend, (ulong)recipe.Seed), channels: 3).Encoder;
        Calibration.Run(random, Train, Tensors);
        Add(Features("random encoder", random.Forward));

        void Add((FeatureSet Train, FeatureSet Test) set)
        {
            ReportRow row = card.AddRow(set.Train.Name, set.Train.Cost);
            Measures.Add(card, row, set.Train, set.Test, measures);
            Console.WriteLine($"{row.Name}: " + string.Join(", ", row.Scores.Select(score => $"{score.Key} {score.Value.Mean:F3}")));
        }
    }
}
