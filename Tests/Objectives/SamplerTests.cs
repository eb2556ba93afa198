namespace NativeSsl.Tests.Objectives;

public sealed class SamplerTests
{
    static readonly float[] Logits = [0f, 2f, 1f, -1f, 2f];

    static double[] Frequencies(SamplingOptions options)
    {
        double[] counts = new double[Logits.Length];
        for (int place = 0; place < 20_000; place++) counts[Sampler.Choose(Logits, options, place)] += 1.0 / 20_000;
        return counts;
    }

    static double[] Softmax(double temperature, params int[] kept)
    {
        double[] weights = [.. Logits.Select((logit, i) => kept.Contains(i) ? Math.Exp(logit / temperature) : 0)];
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    static void Same(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - 0.015, pair.First + 0.015));

    [Theory, InlineData(1.0), InlineData(0.5), InlineData(3.0)]
    public void Tokens_come_as_often_as_softmax_says(double temperature) =>
        Same(Softmax(temperature, 0, 1, 2, 3, 4), Frequencies(new SamplingOptions { Temperature = temperature }));

    [Fact]
    public void Top_k_keeps_the_likeliest() => Same(Softmax(1, 1, 4, 2), Frequencies(new SamplingOptions { TopK = 3 }));

    [Fact]
    public void Top_p_keeps_the_smallest_set_that_is_likely_enough()
    {
        // The two likeliest have 0.39 each, the third 0.14.
        Same(Softmax(1, 1, 4), Frequencies(new SamplingOptions { TopP = 0.7 }));
        Same(Softmax(1, 1, 4, 2), Frequencies(new SamplingOptions { TopP = 0.85 }));
        Same(Softmax(1, 1), Frequencies(new SamplingOptions { TopP = 1e-9 }));
    }

    [Fact]
    public void Greedy_takes_the_first_of_the_likeliest() =>
        Assert.Equal(1, Sampler.Choose(Logits, new SamplingOptions { Temperature = 0 }, 5));

    [Fact]
    public void A_draw_is_a_function_of_seed_and_place()
    {
        int[] Draws(ulong seed) =>
            [.. Enumerable.Range(0, 40).Select(place => Sampler.Choose(Logits, new SamplingOptions { Seed = seed }, place))];
        Assert.Equal(Draws(1), Draws(1));
        Assert.NotEqual(Draws(1), Draws(2));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        Assert.Contains("token 1 is NaN",
            Assert.Throws<NativeSslException>(() => Sampler.Choose([0f, float.NaN], new SamplingOptions(), 0)).Message,
            StringComparison.Ordinal);
        foreach (SamplingOptions options in (SamplingOptions[])[new() { Temperature = -1 }, new() { Temperature = double.NaN },
            new() { TopK = 0 }, new() { TopP = 0 }, new() { TopP = 1.1 }, new() { MaxTokens = -1 }])
            Assert.Throws<NativeSslException>(options.Check);
    }

    // The same by sorting, as one would write it down: the draw runs over the kept tokens from the likeliest to the least likely.
    static int Sorted(float[] logits, SamplingOptions options, long place)
    {
        int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i]).ThenBy(i => i)];
        order = [.. order.Take(options.TopK ?? logits.Length)];
        double[] weights = [.. order.Select(i => Math.Exp((logits[i] - (double)logits[order[0]]) / options.Temperature))];
        double limit = options.TopP * weights.Sum(), kept = 0;
        int count = 0;
        do kept += weights[count++]; while (count < order.Length && options.TopP < 1 ? kept < limit : count < order.Length);
        double left = new RandomSource(options.Seed, 0xFFFF_FD00_0000_0000) { Position = (ulong)place }.NextDouble() * kept;
        int chosen = 0;
        while (chosen < count - 1 && (left -= weights[chosen]) >= 0) chosen++;
        return order[chosen];
    }

    public static TheoryData<int?, double> Cuts => new()
    {
        { null, 1 }, { 1, 1 }, { 5, 1 }, { 299, 1 }, { 300, 1 }, { 1000, 1 }, { null, 0.9 }, { null, 0.3 }, { null, 1e-6 }, { 40, 0.5 },
    };

    [Theory, MemberData(nameof(Cuts))]
    public void Without_sorting_it_chooses_what_sorting_would(int? topK, double topP)
    {
        var random = new RandomSource(12, 0);
        for (int place = 0; place < 400; place++)
        {
            float[] logits = [.. Enumerable.Range(0, 300).Select(_ => MathF.Round(4 * random.NextNormal()) / 2)];      // many are equal
            logits[7] = float.NegativeInfinity;
            var options = new SamplingOptions { TopK = topK, TopP = topP, Temperature = 1.3, Seed = 4 };
            Assert.Equal(Sorted(logits, options, place), Sampler.Choose(logits, options, place));
        }
    }

    [Fact]
    public void A_logit_that_is_no_number_is_named() => Assert.Contains("token 1",
        Assert.Throws<NativeSslException>(() => Sampler.Choose([1f, float.NaN], new SamplingOptions(), 0)).Message, StringComparison.Ordinal);
}
