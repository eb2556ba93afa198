namespace NativeSsl.Tests.Gpu;

/// <summary>The losses of ten steps of training on a device, from the same first weights and the same draws.</summary>
static class TenSteps
{
    static readonly int[] Text = [.. Enumerable.Range(0, 4000).Select(i => (i * i + i / 7) % 61)];

    internal static float[][] OfGpt(IBackend backend) => Losses(Gpt(backend));

    internal static float[][] OfSimClr(IBackend backend) => Losses(SimClr(backend));

    internal static (Objective Objective, IViewSource Views) Gpt(IBackend backend)
    {
        var model = new Gpt(new Gpt.Config { Vocabulary = 61, Context = 32, Layers = 2, Heads = 4, Width = 64, Dropout = 0.1f }, new Init(backend, 3));
        return (new NextToken(model), new TokenWindows(backend, Text, 32, 8, seed: 5));
    }

    internal static (Objective Objective, IViewSource Views) SimClr(IBackend backend)
    {
        var recipe = new ImageRecipe { Encoder = "resnet-small", Width = 8, HeadWidth = 32, Projection = 16 };
        return (recipe.NewObjective(new Init(backend, 3), channels: 3), new NoisyPairs(backend));
    }

    static float[][] Losses((Objective, IViewSource) task)
    {
        using Trainer trainer = Training(task);
        return [[.. Enumerable.Range(0, 10).Select(_ => (float)trainer.Step().Loss)]];
    }

    internal static Trainer Training((Objective Objective, IViewSource Views) task, bool replays = false, int microBatches = 1, long healthInterval = 50, long steps = 10, Player? player = null) =>
        new(task.Objective, task.Views, new TrainerOptions
        {
            Steps = steps, Seed = 5, WeightDecay = 0.1f, Clip = 1, Replays = replays, MicroBatches = microBatches, HealthInterval = healthInterval,
            Players = new Dictionary<string, Player> { ["main"] = player ?? new(parameters => new AdamW(parameters, 0.9, 0.99), new Constant(1e-3)) },
        });

    /// <summary>Images of noise, of which the two views share the greater part.</summary>
    sealed class NoisyPairs(IBackend backend) : IViewSource
    {
        const int Images = 16, Side = 12;

        public Views Draw(long draw)
        {
            var random = new RandomSource(2026, (ulong)draw);
            float[][] views = [new float[Images * Side * Side * 3], new float[Images * Side * Side * 3]];
            for (int i = 0; i < views[0].Length; i++)
            {
                float common = random.NextUniform() * 2f - 1f;
                foreach (float[] view in views) view[i] = common + 0.5f * (random.NextUniform() * 2f - 1f);
            }
            return new Views { Tensors = [.. views.Select(view => Tensor.From(backend, [Images, Side, Side, 3], view))], Terms = Images };
        }

        public IEnumerable<Views> Everything() => [Draw(0)];
        public long? DrawsPerEpoch => null;
    }
}
