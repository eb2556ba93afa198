using static NativeSsl.Tests.Models.SmallLanguageModels;

namespace NativeSsl.Tests.Models;

public sealed class LlamaTests
{
    static readonly Llama.Config Tiny = new() { Vocabulary = 11, Context = 9, Layers = 2, Heads = 4, KeyHeads = 2, Width = 16, Hidden = 20, Epsilon = 1e-3f };

    // Weights ten times larger than a model begins with: at 0.02 attention looks everywhere alike, and no mistake in it would show.
    static Llama Model(Llama.Config? config = null, ulong seed = 3, float scale = 10)
    {
        var model = new Llama(config ?? Tiny, new Init(Cpu, seed));
        foreach ((_, Tensor tensor) in model.NamedParameters())
            if (tensor.Shape.Rank == 2) tensor.Storage.CopyFrom([.. tensor.ToArray().Select(v => v * scale)]);
        return model;
    }

    static Dictionary<string, double[]> Weights(Llama model) =>
        model.NamedTensors().ToDictionary(entry => entry.Name, entry => entry.Tensor.ToArray().Select(v => (double)v).ToArray());

    public static TheoryData<int, bool, bool> Variants => new() { { 2, true, false }, { 4, false, false }, { 1, true, true }, { 2, false, true } };

    [Theory, MemberData(nameof(Variants))]
    public void Logits_are_the_textbooks(int keyHeads, bool tied, bool halves)
    {
        Llama.Config config = Tiny with { KeyHeads = keyHeads, TiedHead = tied, RotaryHalves = halves };
        Llama model = Model(config);
        Indices tokens = Tokens(2, 9);
        using var step = new Step(Cpu);
        float[] logits = model.Logits(tokens).ToArray();
        double[] expected = [.. tokens.Values.ToArray().Chunk(9).SelectMany(new LlamaTextbook(config, Weights(model)).Logits)];
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], logits[i], 2e-5);
        foreach (LlamaTextbook.Fault fault in Enum.GetValues<LlamaTextbook.Fault>())
        {
            // One head of keys cannot be dealt out wrongly, nor as many as there are queries.
            if (fault == LlamaTextbook.Fault.None || (fault == LlamaTextbook.Fault.HeadsDealtOut && keyHeads is 1 or 4)) continue;
            double[] wrong = [.. tokens.Values.ToArray().Chunk(9).SelectMany(new LlamaTextbook(config, Weights(model)) { With = fault }.Logits)];
            Assert.True(wrong.Zip(logits, (a, b) => Math.Abs(a - b)).Max() > 1e-2, $"{fault} would not be seen");
        }
    }

    // Every parameter, by central differences of the textbook.
    [Theory, InlineData(2, true), InlineData(1, false)]
    public void Gradients_of_all_parameters_are_the_textbooks(int keyHeads, bool tied)
    {
        Llama.Config config = Tiny with { KeyHeads = keyHeads, TiedHead = tied, Width = 8, Hidden = 6, Vocabulary = 5, Context = 4 };
        Llama model = Model(config);
        int[] text = [1, 4, 0, 3], next = [4, 0, 3, 2];
        using (var step = new Step(Cpu))
            model.Logits(Indices.From(Cpu, [1, 4], text)).CrossEntropy(Indices.From(Cpu, [1, 4], next)).Backward();
        Dictionary<string, double[]> weights = Weights(model);
        var textbook = new LlamaTextbook(config, weights);
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            float[] gradient = tensor.Gradient.ToArray();
            Assert.Contains(gradient, value => value != 0f);
            for (int i = 0; i < gradient.Length; i++)
            {
                double value = weights[name][i];
                weights[name][i] = value + 1e-5;
                double up = Loss();
                weights[name][i] = value - 1e-5;
                double slope = (up - Loss()) / 2e-5;
                weights[name][i] = value;
                Assert.True(Math.Abs(slope - gradient[i]) < 1e-5, $"{name} [{i}]: {gradient[i]}, the textbook says {slope}");
            }
        }

        double Loss() => textbook.Logits(text).Chunk(5).Select((row, t) => Math.Log(row.Sum(Math.Exp)) - row[next[t]]).Average();
    }

    [Fact]
    public void First_values_and_how_many_they_are()
    {
        var model = new Llama(new Llama.Config { Vocabulary = 65, Context = 64, Layers = 4, Heads = 8, KeyHeads = 2, Width = 128, TiedHead = false }, new Init(Cpu, 3));
        Assert.Equal(2 * 65 * 128 + 4 * (2 * 128 * 128 + 2 * 128 * 32 + 3 * 128 * 352 + 2 * 128) + 128, model.ParameterCount);
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            bool residual = name.EndsWith("output.weight", StringComparison.Ordinal) || name.EndsWith("contract.weight", StringComparison.Ordinal);
            double expected = tensor.Shape.Rank == 1 ? 1 : residual ? 0.02 / Math.Sqrt(8) : 0.02, deviation = Math.Sqrt(tensor.ToArray().Average(v => (double)v * v));
            Assert.InRange(deviation, expected * 0.95, expected * 1.05);
        }
    }

    [Fact]
    public void No_position_sees_a_later_one()
    {
        Llama model = Model();
        float[] Logits(int[] ids)
        {
            using var step = new Step(Cpu);
            return model.Logits(Indices.From(Cpu, [1, 9], ids)).ToArray();
        }
        int[] tokens = Tokens(1, 9).Values.ToArray();
        float[] whole = Logits(tokens);
        for (int t = 0; t < 9; t++)
        {
            int[] changed = [.. tokens];
            changed[t] = (changed[t] + 1) % 11;
            float[] other = Logits(changed);
            Assert.Equal(whole[..(t * 11)], other[..(t * 11)]);
            Assert.NotEqual(whole[(t * 11)..((t + 1) * 11)], other[(t * 11)..((t + 1) * 11)]);
        }
    }

    [Theory, InlineData(1, 2), InlineData(3, 2), InlineData(2, 1), InlineData(2, 4)]
    public void A_text_in_pieces_has_the_logits_of_the_whole(int batch, int keyHeads)
    {
        Llama model = Model(Tiny with { KeyHeads = keyHeads });
        Indices tokens = Tokens(batch, 9);
        using Tape.NoGradientScope scope = Tape.NoGradient();
        using var step = new Step(Cpu);
        float[] whole = model.Logits(tokens).ToArray();
        KeyValueCache cache = model.NewCache(batch, capacity: 11);
        foreach ((int start, int length) in new[] { (0, 3), (3, 1), (4, 2), (6, 1), (7, 1), (8, 1) })
        {
            int[] piece = [.. Enumerable.Range(0, batch).SelectMany(b => tokens.Values.ToArray()[(b * 9 + start)..(b * 9 + start + length)])];
            float[] logits = model.Logits(Indices.From(Cpu, [batch, length], piece), cache).ToArray();
            for (int b = 0; b < batch; b++)
                for (int i = 0; i < length * 11; i++) Assert.Equal(whole[(b * 9 + start) * 11 + i], logits[b * length * 11 + i], 1e-5f);
        }
        Assert.Equal(9, cache.Length);
        Assert.Contains("after 9 tokens in the cache", Assert.Throws<ShapeException>(() => model.Logits(Tokens(batch, 1), cache)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpointed_blocks_have_the_same_gradients()
    {
        float[][] Gradients(bool checkpoint)
        {
            Llama model = Model(Tiny with { CheckpointBlocks = checkpoint });
            using var step = new Step(Cpu, training: true, seed: 5, number: 2);
            model.Logits(Tokens(4, 9)).CrossEntropy(Tokens(4, 9, seed: 2)).Backward();
            return [.. model.NamedParameters().Select(entry => entry.Tensor.Gradient.ToArray())];
        }
        Assert.All(Gradients(false).Zip(Gradients(true)), pair => Assert.Equal(pair.First, pair.Second));
    }

    [Fact]
    public void Ten_losses()
    {
        double[] expected = [4.142373, 3.890192, 3.701482, 3.516224, 3.371463, 3.320863, 3.272096, 3.121745, 3.048608, 3.299012];
        foreach (CpuBackend cpu in Devices.Widths)
        {
            int[] text = new CharacterTokenizer(BuiltInText.Value).Encode(BuiltInText.Value);
            var config = new Llama.Config { Vocabulary = text.Max() + 1, Context = 16, Layers = 2, Heads = 4, KeyHeads = 2, Width = 32 };
            var trainer = new Trainer(new NextToken(new Llama(config, new Init(cpu, 1))), new TokenWindows(cpu, text, context: 16, batch: 8, seed: 1), new TrainerOptions
            {
                Steps = 10, Players = new Dictionary<string, Player> { ["main"] = new(parameters => new AdamW(parameters), new Constant(1e-2)) },
            });
            double[] losses = [.. Enumerable.Range(0, 10).Select(_ => trainer.Step().Loss)];
            Assert.True(expected.Zip(losses, (a, b) => Math.Abs(a - b)).Max() < 1e-4, $"{cpu.Simd}: {string.Join(", ", losses.Select(loss => $"{loss:F6}"))}");
        }
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        string Said(Action call) => Assert.Throws<ShapeException>(call).Message;
        Assert.Contains("16 features cannot be shared by 3 heads", Said(() => Model(Tiny with { Heads = 3, KeyHeads = 1 })), StringComparison.Ordinal);
        Assert.Contains("4 query heads cannot share 3 key heads", Said(() => Model(Tiny with { KeyHeads = 3 })), StringComparison.Ordinal);
        Assert.Contains("4 query heads cannot share 8 key heads", Said(() => Model(Tiny with { KeyHeads = 8 })), StringComparison.Ordinal);
        Assert.Contains("0 key heads", Said(() => Model(Tiny with { KeyHeads = 0 })), StringComparison.Ordinal);
        Assert.Contains("a head of 3 features has no pairs", Said(() => Model(Tiny with { Width = 12 })), StringComparison.Ordinal);
        Assert.Contains("axis 1 of tokens is 10 (shape [1, 10]) but the context has room for 9", Said(() => Model().Logits(Tokens(1, 10))), StringComparison.Ordinal);
        Assert.Contains("[batch, time] is needed", Said(() => Model().Logits(Indices.From(Cpu, [1], 1))), StringComparison.Ordinal);
        Assert.Throws<IndexException>(() => Model().Logits(Indices.From(Cpu, [1, 1], 11)));
        Assert.Throws<GradientException>(() => Model().Logits(Tokens(1, 2), Model().NewCache()));
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Assert.Contains("more than its capacity of 3", Said(() => Model().Logits(Tokens(1, 4), Model().NewCache(capacity: 3))), StringComparison.Ordinal);
        Assert.Contains("but a cache of [1, 9, 4, 4] takes [1, time, 4, 4]", Said(() => Model().Logits(Tokens(1, 2), Model(Tiny with { KeyHeads = 4 }).NewCache())), StringComparison.Ordinal);
        Assert.Contains("a multiple of 2", Said(() => Model().NewCache().Attend(0, Zeros([1, 2, 3, 4]), Zeros([1, 2, 2, 4]), Zeros([1, 2, 2, 4]))), StringComparison.Ordinal);
        Assert.Contains("heads have 4 features (16 shared by 4) but the table is for 8",
            Said(() => _ = new GroupedQueryAttention(new Init(Cpu, 1), 16, 4, 2, new RotaryTable(Cpu, 9, 8))), StringComparison.Ordinal);

        static Tensor Zeros(Shape shape) => Tensor.Zeros(Cpu, shape);
    }

    [Fact]
    public void Generation_goes_on_past_the_context_and_greedy_with_a_cache_is_greedy_without()
    {
        Llama model = Model();
        int[] greedy = [.. model.Generate([1, 2, 3], new SamplingOptions { Temperature = 0, MaxTokens = 40 })];
        Assert.Equal(40, greedy.Length);
        Assert.Equal(Greedy(model, 9), greedy[..6]);
    }
}
