namespace NativeSsl.Tests.Objectives.Images;

/// <summary>What tests of objectives on images share: pictures of 4 × 4 around eight patterns, seen twice with noise, and networks of a layer or two.</summary>
static class SmallImages
{
    internal const int Side = 4, Patterns = 8, Width = 24, Dimensions = 16;
    internal static readonly CpuBackend Cpu = new(1);

    internal static Tensor Picture(int number, float noise, RandomSource random)
    {
        var own = new RandomSource(9, 1000 + (ulong)(number % Patterns));
        return Tensor.From(Cpu, [1, Side, Side, 1], [.. Enumerable.Range(0, Side * Side).Select(_ => own.NextUniform() + noise * random.NextNormal())]);
    }

    internal static MlpHead Head(ulong seed = 4) => new(new Init(Cpu, seed), Width, Width, Dimensions);

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
    readonly Linear _layer = new(init, SmallImages.Side * SmallImages.Side, SmallImages.Width);
    public override int Features => SmallImages.Width;
    public override int Channels => 1;
    public override IBackend Backend => init.Backend;
    public override IReadOnlyList<Part> Parts => [new("layer", _layer)];
    public override Tensor Forward(Tensor images) =>
        _layer.Forward(images.Reshape([images.Shape[0], SmallImages.Side * SmallImages.Side]) * (blind ? 0f : 1f) + (blind ? 1f : 0f), Activation.Relu);
}

/// <summary>SimCLR with something done to its projections, or with another loss.</summary>
/// <param name="encoder">f.</param>
/// <param name="head">g.</param>
/// <param name="loss">From the projections, <c>[2N, d]</c>.</param>
/// <param name="alter">What becomes of the projections before.</param>
sealed class Altered(ImageEncoder encoder, MlpHead head, Func<Tensor, Tensor> loss, Func<Tensor, Tensor>? alter = null) : Objective
{
    (string, Tensor)[] _embeddings = [];
    public override IReadOnlyList<Part> Parts => [new("encoder", encoder), new("head", head)];
    public override IReadOnlyList<(string Name, Tensor Rows)> Embeddings => _embeddings;

    public override Tensor Loss(Views views)
    {
        Tensor h = encoder.Forward(Tensor.Concat(views.Tensors, 0)), z = head.Forward(h);
        if (alter is not null) z = alter(z);
        _embeddings = [("features", h), ("projections", z)];
        return loss(z);
    }

    /// <summary>The loss without negatives: the views of an image attract each other, and nothing repels.</summary>
    internal static Tensor OnlyPositives(Tensor z)
    {
        int n = z.Shape[0] / 2;
        Tensor unit = z.Normalize();
        return -2f * (unit.Slice(0, 0, n) * unit.Slice(0, n, n)).Sum(-1).Mean();
    }

    /// <summary>The same number in every place of a row.</summary>
    internal static Tensor OneDirection(Tensor z) => (z - z.Mean(0, keepAxis: true)).Slice(1, 0, 1).MatMul(Tensor.Full(z.Backend, [1, z.Shape[1]], 1f));
}
