using System.Buffers.Binary;
using System.Security.Cryptography;
using NativeSsl.Cli.Pictures;

namespace NativeSsl.Cli.Training;

/// <summary>A run on images: two sets, their normalisation, encoder and head.</summary>
sealed class ImageRun : Run
{
    // As many images as tell one set from another, whatever its size.
    const int Fingerprinted = 10_000;

    ImageRun(ImageRecipe recipe, IBackend backend, string data, ImageFormat? format) : base(recipe, backend)
    {
        Settings = recipe;
        (IImageSource train, IImageSource? test) = ImageData.Open(data);
        Format = format ?? ImageFormat.Of(train);
        (Train, Test) = (Format.Fit(train), test is null ? null : Format.Fit(test));
        Objective = NewObjective();
    }

    internal ImageRecipe Settings { get; }
    internal IImageSource Train { get; }
    internal IImageSource? Test { get; }
    internal ImageFormat Format { get; }
    internal override SimClr Objective { get; }

    internal static ImageRun New(ImageRecipe recipe, IBackend backend) => new(recipe, backend, recipe.Data, format: null);

    /// <summary>A run from the disk, on images like those it was begun with; on others, made like them, if some are named.</summary>
    internal static ImageRun Load(ImageRecipe recipe, string directory, IBackend backend, string? data) =>
        new(recipe, backend, data ?? recipe.Data, ImageFormat.Load(directory));

    /// <summary>The same networks before any training.</summary>
    internal SimClr NewObjective() => Settings.NewObjective(new Init(Backend, (ulong)Settings.Seed), Format.Size.Channels);

    private protected override Trainer NewTrainer(TrainerOptions options) => new(Objective, Views(), options);

    private protected override Optimizer NewOptimizer(Parameters parameters) => Settings.NewOptimizer(parameters);

    ImageViews Views()
    {
        Augmentation augmentation = Settings.NewAugmentation();
        return new ImageViews(Backend, Train, [augmentation, augmentation], Settings.Batch, (ulong)Settings.Seed, Format.Normalization);
    }

    internal override void Prepare(RunDirectory directory) => Format.Save(directory.Path);

    internal override string About => Text.Invariant(
        $"{Objective.ParameterCount:N0} parameters, {Objective.Encoder.ParameterCount:N0} of them in the encoder; {Train.Count:N0} images of {Train.Size.Height} × {Train.Size.Width} × {Train.Size.Channels}, {Train.Count / Settings.Batch} steps an epoch");

    internal override string Next(string directory) => $"Its features: nativessl embed --run {directory} --out features.safetensors";

    internal override string Evaluated => Text.Invariant($"{Train.Count} images of {Train.Name} would be learned from, and {Test?.Count ?? 0} be asked for.");

    internal override ImageReport Evaluate(string directory, Terminal terminal, Depth depth) => new ImageEvaluation(this, CostOfTraining(directory), depth, terminal).Report();

    internal override void Draw(string directory)
    {
        FeatureSet bank = Features.Of(Objective.Encoder, Train, Split.Train, Tensors), queries = Test is null ? bank : Features.Of(Objective.Encoder, Test, Split.Test, Tensors);
        FeaturePictures.SaveMap(Path.Combine(directory, "map.svg"), queries, Train.Classes);
        FeaturePictures.SaveNeighbours(Path.Combine(directory, "neighbours.svg"), bank, queries, Train, Test ?? Train);
    }

    internal override Estimate Estimate()
    {
        ImageViews views = Views();
        return Training.Estimate.OfStep(Objective.ParameterCount, Settings.Steps, Backend as CpuBackend, () =>
        {
            using var step = new Step(Backend, training: true);
            Objective.Loss(views.Draw(0)).Backward();
        });
    }

    /// <summary>Images as the encoder is to see them.</summary>
    internal Tensor Tensors(IBackend backend, IImageSource images, ReadOnlyMemory<int> places) =>
        ImageTensors.Of(backend, images, places.Span, Format.Normalization);

    /// <summary>The encoder before any training, but for running statistics of the images: what a random network sees.</summary>
    internal ImageEncoder RandomEncoder()
    {
        ImageEncoder random = NewObjective().Encoder;
        Calibration.Run(random, Train, Tensors, Settings.Batch, (ulong)Settings.Seed);
        return random;
    }

    /// <summary>A copy of the encoder as it is now, to go on with.</summary>
    internal ImageEncoder CopyOfEncoder()
    {
        ImageEncoder copy = NewObjective().Encoder;
        copy.CopyFrom(Objective.Encoder.NamedTensors());
        return copy;
    }

    /// <summary>Two views of some images, for measuring how near they come to each other.</summary>
    internal Views TwoViews() => Views().Draw(0);

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
