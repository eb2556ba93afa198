using static NativeSsl.Tests.Objectives.Shapes.Miniature;

namespace NativeSsl.Tests.Objectives.Shapes;

/// <summary>What the objectives in miniature share: a few features, a training loop, points around four centres.</summary>
static class Miniature
{
    internal const int Axes = 8;
    internal static readonly CpuBackend Cpu = new(1);

    internal static Trainer Train(Objective objective, IViewSource data, int steps, params (string Name, Player Player)[] players)
    {
        var trainer = new Trainer(objective, data,
            new TrainerOptions { Steps = steps, Players = players.ToDictionary(p => p.Name, p => p.Player) });
        for (int step = 0; step < steps; step++) trainer.Step();
        return trainer;
    }

    internal static Player Adam(double rate) => new(p => new AdamW(p, 0.5), new Constant(rate));
}

/// <summary>Points around four centres; a sample's views are the point with noise, and its number.</summary>
sealed class Clusters(float spread = 0.1f) : IViewSource
{
    internal const int Count = 64, Batch = 16;
    public long? DrawsPerEpoch => Count / Batch;
    public Views Draw(long draw) =>
        Of([.. Enumerable.Range(0, Batch).Select(i => (int)(draw * Batch + i) % Count)], noise: spread, (ulong)draw);
    public IEnumerable<Views> Everything() => [Of([.. Enumerable.Range(0, Count)], noise: 0f, 0)];

    Views Of(int[] numbers, float noise, ulong draw)
    {
        var random = new RandomSource(9, draw + 1);
        Tensor View() => Tensor.From(Cpu, [numbers.Length, Axes],
            [.. numbers.SelectMany(n => Point(n).Select(v => v + noise * random.NextNormal()))]);
        return new Views { Tensors = [View(), View()], Indices = [Indices.From(Cpu, [numbers.Length], numbers)] };
    }

    static float[] Point(int number)
    {
        var own = new RandomSource(9, 1000 + (ulong)number);
        return [.. Enumerable.Range(0, Axes).Select(axis => (axis == number % 4 ? 3f : 0f) + 0.3f * own.NextNormal())];
    }
}
