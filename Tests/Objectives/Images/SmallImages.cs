namespace NativeSsl.Tests.Objectives.Images;

/// <summary>What tests of objectives on images share: pictures of 4 × 4 around eight patterns, seen twice with noise, and networks of a layer or two.</summary>
static class SmallImages
{
    internal const int Side = 4, Patterns = 8, Features = 24, Dimensions = 16;
    internal static readonly CpuBackend Cpu = new(1);

    internal static Tensor Picture(int number, float noise, RandomSource random)
    {
        var own = new RandomSource(9, 1000 + (ulong)(number % Patterns));
        return Tensor.From(Cpu, [1, Side, Side, 1], [.. Enumerable.Range(0, Side * Side).Select(_ => own.NextUniform() + noise * random.NextNormal())]);
    }

    internal static Trainer Train(Objective objective, double learningRate = 3e-3, long steps = 400, IViewSource? data = null) =>
        new(objective, data ?? new Pictures(), new TrainerOptions
        {
            Steps = steps, Seed = 5,
            Players = new Dictionary<string, Player> { ["main"] = new(p => new AdamW(p), new LinearWarmup(10, new Cosine(learningRate, 0, steps - 10))) },
        });

    /// <summary>Takes all steps; what was said at which of them.</summary>
    internal static (long Step, string Said)[] Warnings(Trainer trainer, long steps = 400) => [.. Enumerable.Range(0, (int)steps)
        .Select(_ => trainer.Step()).Where(report => report.Warning is not null).Select(report => (report.Step, report.Warning!))];
}

/// <summary>Two noisy views of sixteen pictures.</summary>
sealed class Pictures(float noise = 0.2f, int batch = 16) : IViewSource
{
    public long? DrawsPerEpoch => null;
    public IEnumerable<Views> Everything() => [Draw(0)];

    public Views Draw(long draw)
    {
        var random = new RandomSource(3, (ulong)draw);
        int[] numbers = [.. Enumerable.Range(0, batch).Select(i => (int)((draw * batch + i) % 64))];
        Tensor View() => Tensor.Concat([.. numbers.Select(number => SmallImages.Picture(number, noise, random))], 0);
        return new Views { Tensors = [View(), View()] };
    }
}

/// <summary>A layer on the pixels; or, if it is blind, the same features for every picture.</summary>
sealed class OneLayer(Init init, bool blind = false) : ImageEncoder
{
    readonly Linear _layer = new(init, SmallImages.Side * SmallImages.Side, SmallImages.Features);
    public override int Features => SmallImages.Features;
    public override int Channels => 1;
    public override IBackend Backend => init.Backend;
    public override IReadOnlyList<Part> Parts => [new("layer", _layer)];
    public override Tensor Forward(Tensor images) =>
        _layer.Forward(images.Reshape([images.Shape[0], SmallImages.Side * SmallImages.Side]) * (blind ? 0f : 1f) + (blind ? 1f : 0f), Activation.Relu);
}

/// <summary>Two layers.</summary>
sealed class TwoLayers(Init init) : ProjectionHead
{
    readonly Linear _first = new(init, SmallImages.Features, SmallImages.Features), _second = new(init, SmallImages.Features, SmallImages.Dimensions);
    public override IReadOnlyList<Part> Parts => [new("first", _first), new("second", _second)];
    public override Tensor Forward(Tensor features) => _second.Forward(_first.Forward(features, Activation.Relu));
}

/// <summary>SimCLR without negatives: the views of an image attract each other, and nothing repels.</summary>
sealed class OnlyPositives(ImageEncoder encoder, ProjectionHead head) : Objective
{
    (string, Tensor)[] _embeddings = [];
    public override IReadOnlyList<Part> Parts => [new("encoder", encoder), new("head", head)];
    public override IReadOnlyList<(string Name, Tensor Rows)> Embeddings => _embeddings;

    public override Tensor Loss(Views views)
    {
        Tensor h = encoder.Forward(Tensor.Concat(views.Tensors, 0)), z = head.Forward(h).Normalize();
        _embeddings = [("features", h), ("projections", z)];
        int n = z.Shape[0] / 2;
        return -2f * (z.Slice(0, 0, n) * z.Slice(0, n, n)).Sum(-1).Mean();
    }
}
