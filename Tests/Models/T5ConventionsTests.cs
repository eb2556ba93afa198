using static NativeSsl.Tests.Models.T5Tests;

namespace NativeSsl.Tests.Models;

/// <summary>What the published code decides beyond the paper: buckets of distances, sizes, first values.</summary>
public sealed class T5ConventionsTests
{
    static readonly CpuBackend Cpu = new(2);

    public static TheoryData<bool> Versions => T5Tests.Versions;

    [Theory, InlineData(true, 32, 128), InlineData(false, 32, 128), InlineData(true, 8, 6), InlineData(false, 8, 20), InlineData(true, 12, 375)]
    public void Buckets_are_those_of_the_published_formula(bool bidirectional, int buckets, int maxDistance)
    {
        int[] all = [.. Enumerable.Range(-600, 1201).Select(distance => RelativeBias.Bucket(distance, bidirectional, buckets, maxDistance))];
        Assert.Equal(Enumerable.Range(-600, 1201).Select(distance => T5Textbook.Bucket(distance, bidirectional, buckets, maxDistance)), all);
        // For both directions distance 0 has the bucket that −0 would have; the one of +0 stays empty.
        Assert.Equal(bidirectional ? buckets - 1 : buckets, all.Distinct().Count());
    }

    // What transformers' T5Attention._relative_position_bucket gives for these distances.
    [Fact]
    public void Some_buckets_by_heart()
    {
        int[] both = [.. new[] { 0, -1, 1, -7, 7, -8, 8, -11, -12, 16, 32, -64, 90, 91, 128, -500 }.Select(d => RelativeBias.Bucket(d, true, 32, 128))];
        Assert.Equal([0, 1, 17, 7, 23, 8, 24, 8, 9, 26, 28, 14, 30, 31, 31, 15], both);
        int[] back = [.. new[] { 5, 0, -1, -15, -16, -18, -19, -64, -112, -113, -500 }.Select(d => RelativeBias.Bucket(d, false, 32, 128))];
        Assert.Equal([0, 0, 1, 15, 16, 16, 17, 26, 30, 31, 31], back);
    }

    [Fact]
    public void A_bias_belongs_to_a_distance_and_the_queries_are_the_last_keys()
    {
        var bias = new RelativeBias(new Init(Cpu, 1), heads: 3, bidirectional: false, buckets: 8, maxDistance: 20, deviation: 1f);
        float[] table = bias.Parts[0].Tensor!.ToArray(), some = bias.Forward(4, 9).ToArray();
        for (int h = 0; h < 3; h++)
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 9; j++) Assert.Equal(table[RelativeBias.Bucket(j - (i + 5), false, 8, 20) * 3 + h], some[(h * 4 + i) * 9 + j]);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Near_at_first_is_a_slope_for_each_head_and_the_nearest_distance_of_each_bucket(bool bidirectional)
    {
        var bias = new RelativeBias(new Init(Cpu, 1), heads: 4, bidirectional, buckets: 32, maxDistance: 128, deviation: 1f);
        bias.BeginNear();
        float[] some = bias.Forward(13, 40).ToArray();
        foreach ((int head, float slope) in ((int, float)[])[(0, 1f), (1, 0.25f), (2, 1f / 16), (3, 1f / 64)])
            for (int i = 0; i < 13; i++)
                for (int j = 0; j < 40; j++)
                {
                    int distance = j - (i + 27), bucket = RelativeBias.Bucket(distance, bidirectional, 32, 128);
                    int nearest = Enumerable.Range(0, 129).First(n => RelativeBias.Bucket(Math.Sign(distance) * n, bidirectional, 32, 128) == bucket);
                    Assert.Equal(-slope * nearest, some[(head * 13 + i) * 40 + j], 1e-5);
                }
        var one = new RelativeBias(new Init(Cpu, 1), heads: 1, bidirectional);
        one.BeginNear();
        Assert.Equal(-3f, one.Weight.ToArray()[3]);
    }

    // Of thirty rows one is like what looks: what is gathered should be what that row alone would give.
    [Fact]
    public void Alike_at_first_attention_gathers_from_the_row_that_is_like_its_own()
    {
        Assert.True(Off(alike: true) < 0.2, $"{Off(true):F3} of what the row alone gives");
        Assert.True(Off(alike: false) > 0.5, $"{Off(false):F3} without");

        static double Off(bool alike)
        {
            var cross = new CrossAttention(new Init(Cpu, 2), features: 128, heads: 4, headWidth: 64, dropout: 0f);
            if (alike) cross.BeginAlike();
            using var step = new Step(Cpu);
            using Tape.NoGradientScope scope = Tape.NoGradient();
            Tensor memory = new Init(Cpu, 3).Normal([1, 30, 128], 1f), own = memory.Slice(1, 11, 1);
            float[] all = cross.Forward(own, cross.Remember(memory)).ToArray(), alone = cross.Forward(own, cross.Remember(own)).ToArray();
            return Math.Sqrt(all.Zip(alone, (a, b) => (a - b) * (double)(a - b)).Sum() / alone.Sum(a => (double)a * a));
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public void Focused_are_both_tables_of_distances_and_every_block_that_looks_at_the_memory(bool second)
    {
        T5 plain = Model(Of(second)), focused = Model(Of(second));
        focused.BeginFocused();
        string[] changed = [.. plain.NamedTensors().Zip(focused.NamedTensors()).Where(both => !both.First.Tensor.ToArray().SequenceEqual(both.Second.Tensor.ToArray())).Select(both => both.First.Name)];
        Assert.Equal(["encoder.relative_bias.weight", "decoder.relative_bias.weight", .. Enumerable.Range(0, focused.Sizes.DecoderLayers ?? focused.Sizes.Layers).Select(i => $"decoder.blocks.{i}.cross.memory.weight")], changed);
    }

    // 60,506,624 and 76,961,152 numbers: what the published checkpoints hold. Each layer and each token costs the same, so two small models are enough.
    [Fact]
    public void The_published_sizes_have_the_published_number_of_parameters()
    {
        Assert.Equal(60_506_624, Count(T5.Config.Small, tables: 1));
        Assert.Equal(76_961_152, Count(T5.Config.SmallV11, tables: 2));

        static long Count(T5.Config config, int tables)
        {
            long Of(int layers) => Model(config with { Vocabulary = 10, Layers = layers }).ParameterCount;
            (long one, long two) = (Of(1), Of(2));
            return one + (config.Layers - 1) * (two - one) + tables * (config.Vocabulary - 10L) * config.Width;
        }
    }

    [Theory, MemberData(nameof(Versions))]
    public void First_values_are_mesh_tensorflows(bool second)
    {
        T5.Config config = Of(second) with { Vocabulary = 200, Width = 64, Heads = 4, HeadWidth = 24, Hidden = 128, Buckets = 64, MaxDistance = 128 };
        T5 model = Model(config);
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            float[] values = tensor.ToArray();
            const int inner = 4 * 24;
            if (name.EndsWith("project.weight", StringComparison.Ordinal))
            {
                Near(Math.Pow(64 * 24, -0.5), values[..(inner * 64)], $"{name}, queries");
                Near(Math.Pow(64, -0.5), values[(inner * 64)..(2 * inner * 64)], $"{name}, keys");
                Near(Math.Pow(64, -0.5), values[(2 * inner * 64)..], $"{name}, values");
            }
            else Near(name switch
            {
                "tokens.weight" => 1,
                "head" => Math.Pow(64, -0.5),
                _ when name.EndsWith("norm.weight", StringComparison.Ordinal) || name.Contains("norm", StringComparison.Ordinal) => 1,
                _ when name.EndsWith("relative_bias.weight", StringComparison.Ordinal) => Math.Pow(64, -0.5),
                _ when name.EndsWith("cross.query.weight", StringComparison.Ordinal) => Math.Pow(64 * 24, -0.5),
                _ when name.EndsWith("output.weight", StringComparison.Ordinal) => Math.Pow(inner, -0.5),
                _ when name.EndsWith("contract.weight", StringComparison.Ordinal) => Math.Pow(128, -0.5),
                _ => Math.Pow(64, -0.5),
            }, values, name);
        }

        static void Near(double expected, float[] values, string name)
        {
            double deviation = Math.Sqrt(values.Average(v => (double)v * v)), margin = 4 / Math.Sqrt(2.0 * values.Length);
            Assert.True(Math.Abs(deviation / expected - 1) < margin, $"{name}: {deviation} where {expected} is expected");
        }
    }
}
