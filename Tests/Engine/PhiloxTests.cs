namespace NativeSsl.Tests.Engine;

public sealed class PhiloxTests
{
    // The known answers of Philox4x32-10 that its authors publish with Random123.
    // A counter's words are (counter, stream), low halves first; a key's are the seed.
    [Theory]
    [InlineData(0UL, 0UL, 0UL, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0_a4093822UL, 0x03707344_13198a2eUL, 0x85a308d3_243f6a88UL, 0xd16cfe09u, 0x94fdcceb, 0x5001e420u, 0x24126ea1u)]
    public void Known_answers(ulong seed, ulong stream, ulong counter, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Philox.Block(seed, stream, counter));

    // Pearson's χ² over 64 bins: 99.9 % of uniform samples stay under 103.4.
    // The draws are fixed, so that this either always passes or never.
    [Theory, InlineData(0, 0), InlineData(1, 0), InlineData(1, 1), InlineData(2, 12345)]
    public void Draws_are_uniform(int seed, int stream)
    {
        const int bins = 64, draws = 1 << 16;
        var random = new RandomSource((ulong)seed, (ulong)stream);
        int[] bySize = new int[bins], byInt = new int[bins], byDouble = new int[bins], byPair = new int[bins];
        for (int i = 0; i < draws; i++)
        {
            float u = random.NextUniform();
            Assert.InRange(u, 0f, MathF.BitDecrement(1f));
            bySize[(int)(u * bins)]++;
            byInt[random.NextInt(bins)]++;
            byDouble[(int)(random.NextDouble() * bins)]++;
            byPair[random.NextInt(8) * 8 + random.NextInt(8)]++;
        }
        foreach (int[] counts in new[] { bySize, byInt, byDouble, byPair })
            Assert.True(counts.Sum(n => Math.Pow(n - draws / bins, 2) / (draws / bins)) < 103.4);
    }

    [Fact]
    public void Uniform_reaches_both_ends_but_never_one()
    {
        Assert.Equal(0f, Philox.Uniform(0));
        Assert.Equal(MathF.BitDecrement(1f), Philox.Uniform(uint.MaxValue));
    }

    [Fact]
    public void Normal_draws_have_mean_zero_and_deviation_one()
    {
        var random = new RandomSource(3, 4);
        double[] draws = [.. Enumerable.Range(0, 40_000).Select(_ => (double)random.NextNormal())];
        Assert.InRange(draws.Average(), -0.02, 0.02);
        Assert.InRange(draws.Average(v => v * v), 0.97, 1.03);
        Assert.InRange(draws.Average(v => v * v * v * v), 2.8, 3.2);
    }

    [Fact]
    public void A_source_set_back_draws_the_same()
    {
        var random = new RandomSource(5, 6);
        random.NextNormal();
        ulong position = random.Position;
        float[] first = [random.NextUniform(), random.NextNormal(), random.NextInt(1000)];
        Assert.Equal(first, (float[])([.. Again(new RandomSource(5, 6) { Position = position })]));

        static IEnumerable<float> Again(RandomSource random) => [random.NextUniform(), random.NextNormal(), random.NextInt(1000)];
    }

    [Fact]
    public void A_shuffle_is_a_permutation_and_every_place_is_equally_likely()
    {
        var random = new RandomSource(8, 0);
        int[,] counts = new int[5, 5];
        for (int i = 0; i < 10_000; i++)
        {
            int[] items = [0, 1, 2, 3, 4];
            random.Shuffle<int>(items);
            Assert.Equal([0, 1, 2, 3, 4], items.Order());
            for (int place = 0; place < 5; place++) counts[place, items[place]]++;
        }
        foreach (int count in counts) Assert.InRange(count, 1850, 2150);
    }
}
