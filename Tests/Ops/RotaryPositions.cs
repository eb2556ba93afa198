using System.Numerics;
using FsCheck.Xunit;

namespace NativeSsl.Tests.Ops;

static class RotaryPositions
{
    public static OpSpec[] Specs =>
    [
        Of("rotary positions", [2, 5, 3, 6]),
        Of("rotary positions of halves", [2, 5, 3, 6], halves: true),
        Of("rotary positions of one pair", [1, 3, 1, 2]),
        Of("rotary positions of halves, one pair", [3, 2, 1, 2], halves: true),
        Of("rotary positions of a head of one register", [1, 3, 2, 16]),
        Of("rotary positions of a head longer than a register", [1, 2, 2, 38]),
        Of("rotary positions of halves longer than a register", [2, 2, 1, 70], halves: true),
        Of("rotary positions after 7 others", [2, 3, 2, 8], first: 7),
        Of("rotary positions of halves after 7 others", [2, 3, 2, 8], first: 7, halves: true),
        Of("rotary positions after 20,000 others", [1, 3, 1, 32], first: 20_000),
        Of("rotary positions with another base", [1, 9, 1, 10], frequencyBase: 500_000),
    ];

    static OpSpec Of(string name, Shape shape, int first = 0, double frequencyBase = 10_000, bool halves = false) => new(name, [shape],
        x => x[0].RotaryPositions(new RotaryTable(x[0].Backend, first + shape[1], shape[3], frequencyBase, halves), first),
        x => Textbook(x[0], shape, first, frequencyBase, halves));

    // Equation 12 of the paper: a pair is a complex number, and is multiplied with e^(imθ).
    static double[] Textbook(double[] x, Shape shape, int first, double frequencyBase, bool halves)
    {
        (int time, int heads, int width) = (shape[1], shape[2], shape[3]);
        double[] y = new double[x.Length];
        for (int head = 0; head < shape[0] * time * heads; head++)
            for (int i = 0; i < width / 2; i++)
            {
                int m = first + head / heads % time, real = head * width + (halves ? i : 2 * i), imaginary = real + (halves ? width / 2 : 1);
                Complex turned = new Complex(x[real], x[imaginary]) * Complex.Exp(Complex.ImaginaryOne * m * Math.Pow(frequencyBase, -2.0 * i / width));
                (y[real], y[imaginary]) = (turned.Real, turned.Imaginary);
            }
        return y;
    }
}

/// <summary>What rotary positions are for.</summary>
public sealed class RotaryPositionsTests
{
    static readonly CpuBackend Cpu = new(1);
    static readonly RotaryTable[] Tables = [.. new[] { false, true }.Select(halves => new RotaryTable(Cpu, 4096, 20, halves: halves))];

    static float[] Draw(int count, ulong seed)
    {
        var random = new RandomSource(seed, 0);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
    }

    static float[] At(float[] vector, RotaryTable table, int position) =>
        Tensor.From(Cpu, [1, 1, 1, vector.Length], vector).RotaryPositions(table, position).ToArray();

    static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();

    [Property(MaxTest = 200)]
    public void Scores_depend_on_the_distance_alone_and_lengths_stay(ushort place, byte distance, byte moved, ulong seed, bool halves)
    {
        (float[] query, float[] key, RotaryTable table, int m) = (Draw(20, seed), Draw(20, seed + 1), Tables[halves ? 1 : 0], place % 3500);
        double scale = Math.Sqrt(Dot(query, query) * Dot(key, key)), here = Dot(At(query, table, m + distance), At(key, table, m));
        Assert.Equal(here, Dot(At(query, table, m + distance + moved), At(key, table, m + moved)), 2e-6 * scale);
        Assert.Equal(Dot(query, query), Dot(At(query, table, m), At(query, table, m)), 1e-6 * Dot(query, query));
        Assert.Equal(query, At(query, table, 0));
    }

    [Fact]
    public void Scores_at_other_distances_are_others()
    {
        (float[] query, float[] key) = (Draw(20, 1), Draw(20, 2));
        foreach (RotaryTable table in Tables)
        {
            double[] scores = [.. Enumerable.Range(0, 30).Select(distance => Dot(At(query, table, 50 + distance), At(key, table, 50)))];
            for (int i = 1; i < 30; i++) Assert.True(Math.Abs(scores[i] - scores[i - 1]) > 1e-3, $"distance {i}: {scores[i - 1]}, then {scores[i]}");
        }
    }

    [Fact]
    public void Halves_are_neighbours_in_another_order()
    {
        float[] x = Draw(20, 3), shuffled = [.. Enumerable.Range(0, 20).Select(i => x[i % 10 * 2 + i / 10])];
        float[] neighbours = At(x, Tables[0], 77), halves = At(shuffled, Tables[1], 77);
        for (int i = 0; i < 20; i++) Assert.Equal(neighbours[i % 10 * 2 + i / 10], halves[i], 1e-6f);
        Assert.NotEqual(neighbours, At(x, Tables[1], 77));
    }

    // The angle of a float, at a position of thousands, would be off by more than this.
    [Fact]
    public void Angles_are_exact_at_positions_of_thousands()
    {
        float[] turns = Tables[0].Turns.ToArray();
        double inFloats = 0;
        for (int m = 4000; m < 4096; m++)
            for (int i = 0; i < 10; i++)
            {
                double angle = m * Math.Pow(10_000, -2.0 * i / 20);
                Assert.Equal(Math.Cos(angle), turns[m * 40 + 2 * i], 6e-8);
                Assert.Equal(Math.Sin(angle), turns[m * 40 + 20 + 2 * i + 1], 6e-8);
                inFloats = Math.Max(inFloats, Math.Abs(Math.Cos(angle) - MathF.Cos(m * MathF.Pow(10_000, -2f * i / 20))));
            }
        Assert.True(inFloats > 2e-5, $"floats would do: {inFloats}");
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        Tensor x = Tensor.Zeros(Cpu, [1, 3, 2, 20]);
        string Said(Func<Tensor> call) => Assert.ThrowsAny<NativeSslException>(call).Message;
        Assert.Contains("begins at position 4094, but the table ends after 4096", Said(() => x.RotaryPositions(Tables[0], 4094)), StringComparison.Ordinal);
        Assert.Contains("position 2147483647", Said(() => x.RotaryPositions(Tables[0], int.MaxValue)), StringComparison.Ordinal);
        Assert.Contains("the first position is -1", Said(() => x.RotaryPositions(Tables[0], -1)), StringComparison.Ordinal);
        Assert.Contains("axis 3 of x is 8 (shape [1, 3, 2, 8]) but the table is for heads of 20",
            Said(() => Tensor.Zeros(Cpu, [1, 3, 2, 8]).RotaryPositions(Tables[0])), StringComparison.Ordinal);
        Assert.Contains("4 are needed", Said(() => Tensor.Zeros(Cpu, [3, 20]).RotaryPositions(Tables[0])), StringComparison.Ordinal);
        Assert.Throws<DeviceException>(() => Tensor.Zeros(new CpuBackend(1), [1, 3, 2, 20]).RotaryPositions(Tables[0]));
        Assert.Contains("7 features has no pairs", Assert.Throws<ShapeException>(() => new RotaryTable(Cpu, 3, 7)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new RotaryTable(Cpu, 3, 0));
        Assert.Throws<ShapeException>(() => new RotaryTable(Cpu, 0, 8));
        foreach (double wrong in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Assert.Contains("must be a positive number", Assert.Throws<NativeSslException>(() => new RotaryTable(Cpu, 3, 8, wrong)).Message, StringComparison.Ordinal);
        Assert.Equal([0, 3, 2, 20], Tensor.Zeros(Cpu, [0, 3, 2, 20]).RotaryPositions(Tables[0]).Shape);
    }
}
