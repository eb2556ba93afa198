using static NativeSsl.Tests.Models.SmallLanguageModels;

namespace NativeSsl.Tests.Models;

public sealed class GptTests
{
    static readonly Gpt.Config Tiny = new() { Vocabulary = 11, Context = 9, Layers = 2, Heads = 2, Width = 16 };

    static Gpt Model(Gpt.Config? config = null, ulong seed = 3) => new(config ?? Tiny, new Init(Cpu, seed));

    [Fact]
    public void First_values_are_nanoGpts()
    {
        Gpt model = Model(new Gpt.Config { Vocabulary = 65, Context = 64, Layers = 4, Heads = 4, Width = 128 });
        Assert.Equal(65 * 128 + 64 * 128 + 4 * (2 * 128 + 12 * 128 * 128) + 128, model.ParameterCount);
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            double deviation = Math.Sqrt(tensor.ToArray().Average(v => (double)v * v));
            bool residual = name.EndsWith("output.weight", StringComparison.Ordinal)
                || name.EndsWith("contract.weight", StringComparison.Ordinal);
            double expected = tensor.Shape.Rank == 1 ? 1 : residual ? 0.02 / Math.Sqrt(8) : 0.02;
            Assert.InRange(deviation, expected * 0.96, expected * 1.04);
        }
    }

    // A token changes nothing before it, and no gradient flows from a logit to a later token's position.
    [Fact]
    public void No_position_sees_a_later_one()
    {
        Gpt model = Model();
        Indices tokens = Tokens(1, 9);
        float[] Logits(Indices ids)
        {
            using var step = new Step(Cpu);
            return model.Logits(ids).ToArray();
        }
        float[] whole = Logits(tokens);
        for (int t = 0; t < 9; t++)
        {
            int[] changed = tokens.Values.ToArray();
            changed[t] = (changed[t] + 1) % 11;
            float[] other = Logits(Indices.From(Cpu, [1, 9], changed));
            Assert.Equal(whole[..(t * 11)], other[..(t * 11)]);
            Assert.NotEqual(whole[(t * 11)..((t + 1) * 11)], other[(t * 11)..((t + 1) * 11)]);
        }
        Tensor positions = model.NamedParameters().Single(entry => entry.Name == "positions.weight").Tensor;
        for (int t = 0; t < 9; t++)
        {
            using var step = new Step(Cpu);
            positions.ResetGradient();
            float[] seed = new float[9 * 11];
            seed.AsSpan(t * 11, 11).Fill(1f);
            seed[t * 11] = -3f;
            model.Logits(tokens).Backward(Tensor.From(Cpu, [1, 9, 11], seed));
            float[] gradient = positions.Gradient.ToArray();
            Assert.All(gradient[((t + 1) * 16)..], value => Assert.Equal(0f, value));
            Assert.Contains(gradient[(t * 16)..((t + 1) * 16)], value => value != 0f);
        }
    }

    [Theory, InlineData(1, false), InlineData(3, true)]
    public void A_text_in_pieces_has_the_logits_of_the_whole(int batch, bool bias)
    {
        Gpt model = Model(Tiny with { Bias = bias });
        Indices tokens = Tokens(batch, 9);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        using var step = new Step(Cpu);
        float[] whole = model.Logits(tokens).ToArray();
        KeyValueCache cache = model.NewCache(batch);
        foreach ((int start, int length) in new[] { (0, 4), (4, 1), (5, 2), (7, 1), (8, 1) })
        {
            int[] piece = [.. Enumerable.Range(0, batch)
                .SelectMany(b => tokens.Values.ToArray()[(b * 9 + start)..(b * 9 + start + length)])];
            float[] logits = model.Logits(Indices.From(Cpu, [batch, length], piece), cache).ToArray();
            for (int b = 0; b < batch; b++)
                for (int i = 0; i < length * 11; i++)
                    Assert.Equal(whole[(b * 9 + start) * 11 + i], logits[b * length * 11 + i], 1e-5f);
        }
        Assert.Equal(9, cache.Length);
        Assert.Contains("after 9 tokens in the cache",
            Assert.Throws<ShapeException>(() => model.Logits(Tokens(batch, 1), cache)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(0f), InlineData(0.2f)]
    public void Checkpointed_blocks_have_the_same_gradients(float dropout)
    {
        float[][] Gradients(bool checkpoint)
        {
            Gpt model = Model(Tiny with { Dropout = dropout, CheckpointBlocks = checkpoint });
            using var step = new Step(Cpu, training: true, seed: 5, number: 2);
            model.Logits(Tokens(4, 9)).CrossEntropy(Tokens(4, 9, seed: 2)).Backward();
            return [.. model.NamedParameters().Select(entry => entry.Tensor.Gradient.ToArray())];
        }
        float[][] plain = Gradients(false), thrifty = Gradients(true);
        Assert.All(plain.Zip(thrifty), pair => Assert.Equal(pair.First, pair.Second));
        Assert.All(plain, gradient => Assert.Contains(gradient, value => value != 0f));
    }

    // A training step keeps every block's activations for the way back; validation has no way back.
    [Fact]
    public void Without_recording_blocks_give_their_activations_back()
    {
        long Lent(bool recording, int layers)
        {
            var cpu = new CpuBackend(1);
            var model = new Gpt(Tiny with { Layers = layers }, new Init(cpu, 3));
            var tokens = Indices.From(cpu, [8, 9], [.. Tokens(8, 9).Values.ToArray()]);
            using var step = new Step(cpu);
            if (recording) model.Features(tokens);
            else
                using (Tape.NoGradient()) model.Features(tokens);
            return cpu.PoolBytesInUse;
        }
        const long activation = 8 * 9 * 16 * sizeof(float);
        Assert.True(Lent(true, 6) - Lent(true, 2) > 4 * 8 * activation);
        Assert.InRange(Lent(false, 6) - Lent(false, 2), 0, 4 * 2 * activation);
    }

    [Fact]
    public void Post_norm_blocks_end_normalised()
    {
        var block = new TransformerBlock(new Init(Cpu, 1), new TransformerOptions { Features = 16, Heads = 2, PreNorm = false });
        using var step = new Step(Cpu);
        float[] y = block.Forward(Tensor.From(Cpu, [2, 3, 16], [.. Enumerable.Range(0, 96).Select(i => MathF.Sin(i * 7))])).ToArray();
        Assert.All(y.Chunk(16), row => Assert.Equal(0, row.Average(), 1e-5));
        Assert.All(y.Chunk(16), row => Assert.Equal(1, row.Average(v => v * v), 1e-3));
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        Assert.Contains("16 features cannot be shared by 3 heads",
            Assert.Throws<ShapeException>(() => Model(Tiny with { Heads = 3 })).Message, StringComparison.Ordinal);
        Assert.Contains("axis 1 of tokens is 10 (shape [1, 10]) but the context has room for 9",
            Assert.Throws<ShapeException>(() => Model().Logits(Tokens(1, 10))).Message, StringComparison.Ordinal);
        Assert.Throws<IndexException>(() => Model().Logits(Indices.From(Cpu, [1, 1], 11)));
        Assert.Throws<GradientException>(() => Model().Logits(Tokens(1, 2), Model().NewCache()));
    }

    [Fact]
    public void Generation_goes_on_past_the_context_and_is_a_function_of_the_seed()
    {
        Gpt model = Model();
        int[] Text(ulong seed, double temperature = 1) =>
            [.. model.Generate([1, 2, 3], new SamplingOptions { Seed = seed, MaxTokens = 40, Temperature = temperature })];
        Assert.Equal(40, Text(1).Length);
        Assert.Equal(Text(1), Text(1));
        Assert.NotEqual(Text(1), Text(2));
        int[] greedy = Text(1, temperature: 0);
        Assert.Equal(greedy, Text(2, temperature: 0));

        // Greedy with a cache is greedy without, as long as the context has room.
        Assert.Equal(Greedy(model, 9), greedy[..6]);
        Assert.Equal(greedy[..Array.IndexOf(greedy, greedy[4])],
            model.Generate([1, 2, 3], new SamplingOptions { Temperature = 0, StopTokens = new HashSet<int> { greedy[4] } }));
    }
}
