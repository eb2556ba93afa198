using System.Buffers.Binary;
using System.Security.Cryptography;

namespace NativeSsl.Cli.Training;

/// <summary>A run on images: two sets, their normalisation, encoder and head.</summary>
sealed class ImageRun : Run
{
    // As many images as tell one set from another, whatever its size.
    const int Fingerprinted = 10_000;

    ImageRun(ImageRecipe recipe, IBackend backend, string data, Normalization? normalization) : base(recipe, backend)
    {
        Settings = recipe;
        (Train, Test) = ImageData.Open(data);
        Normalization = normalization ?? Normalization.Of(Train);
        (Train, Test) = (Fitting(Train), Test is null ? null : Fitting(Test));
        Objective = NewObjective();
    }

    internal ImageRecipe Settings { get; }
    internal IImageSource Train { get; }
    internal IImageSource? Test { get; }
    internal Normalization Normalization { get; }
    internal override SimClr Objective { get; }

    internal static ImageRun New(ImageRecipe recipe, IBackend backend) => new(recipe, backend, recipe.Data, normalization: null);

    /// <summary>A run from the disk, with the normalisation it was begun with; on other images if some are named.</summary>
    internal static ImageRun Load(ImageRecipe recipe, string directory, IBackend backend, string? data) =>
        new(recipe, backend, data ?? recipe.Data, NormalizationFile.Load(directory));

    /// <summary>The same networks before any training.</summary>
    SimClr NewObjective() => Settings.NewObjective(new Init(Backend, (ulong)Settings.Seed), Normalization.Means.Count);

    // An encoder of colours can look at grey images; not the other way round.
    IImageSource Fitting(IImageSource images) =>
        images.Size.Channels == 1 && Normalization.Means.Count == 3 ? new GreyAsColor(images) : images;

    private protected override Trainer NewTrainer(TrainerOptions options) => new(Objective, Views(), options);

    private protected override Optimizer NewOptimizer(Parameters parameters) => Settings.NewOptimizer(parameters);

    ImageViews Views()
    {
        Augmentation augmentation = Settings.NewAugmentation();
        return new ImageViews(Backend, Train, [augmentation, augmentation], Settings.Batch, (ulong)Settings.Seed, Normalization);
    }

    internal override void Prepare(RunDirectory directory) => NormalizationFile.Save(directory.Path, Normalization);

    internal override string About => Text.Invariant(
        $"{Objective.ParameterCount:N0} parameters, {Objective.Encoder.ParameterCount:N0} of them in the encoder; {Train.Count:N0} images of {Train.Size.Height} × {Train.Size.Width} × {Train.Size.Channels}, {Train.Count / Settings.Batch} steps an epoch");

    internal override string Next(string directory) => $"Its features: nativessl embed --run {directory} --data {Settings.Data} --out features.safetensors";

    internal override string Evaluated => Text.Invariant($"{Train.Count} images of {Train.Name} would be learned from, and {Test?.Count ?? 0} be asked for.");

    internal override ImageReport Evaluate(Terminal terminal) => ImageReport.Of(this, terminal);

    internal override Estimate Estimate()
    {
        ImageViews views = Views();
        return Training.Estimate.OfStep(Objective.ParameterCount, Settings.Steps, Backend as CpuBackend, () =>
        {
            using var step = new Step(Backend, training: true);
            Objective.Loss(views.Draw(0)).Backward();
        });
    }

    /// <summary>What an encoder makes of images, normalised as those of the training.</summary>
    internal FeatureSet FeaturesOf(string name, Func<Tensor, Tensor> encoder, IImageSource images, Split split) =>
        Features.Of(name, Backend, encoder, images, split, (backend, source, places) => ImageTensors.Of(backend, source, places.Span, Normalization));

    /// <summary>The encoder before any training, with running statistics of the training images: what a random network sees.</summary>
    internal ImageEncoder RandomEncoder()
    {
        const int Batches = 40;             // with a momentum of 0.1, 0.985 of the statistics are those of the images
        SimClr random = NewObjective();
        ImageViews views = Views();
        using Tape.NoGradientScope scope = Tape.NoGradient();
        for (int draw = 0; draw < Batches; draw++)
            using (new Step(Backend, training: true))
                random.Encoder.Forward(views.Draw(draw).Tensors[0]);
        return random.Encoder;
    }

    private protected override byte[] Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> sizes = stackalloc byte[16];
        foreach ((int number, int place) in new[] { Train.Count, Train.Size.Height, Train.Size.Width, Train.Size.Channels }.Zip([0, 4, 8, 12]))
            BinaryPrimitives.WriteInt32LittleEndian(sizes[place..], number);
        hash.AppendData(sizes);
        int sample = Math.Min(Train.Count, Fingerprinted);
        byte[] pixels = new byte[Train.Size.Bytes];
        for (int i = 0; i < sample; i++)
        {
            Train.Read([(int)((long)i * Train.Count / sample)], pixels);
            hash.AppendData(pixels);
        }
        return hash.GetHashAndReset();
    }
}
