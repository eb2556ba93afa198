namespace NativeSsl.Tests.Models;

/// <summary>BERT and its heads against the textbook in doubles: values, gradients, padding, segments, and who sees whom.</summary>
public sealed class BertTests
{
    static readonly Bert.Config Tiny =
        new() { Vocabulary = 13, Context = 7, Layers = 2, Heads = 3, Width = 12, Hidden = 20, Segments = 2, Dropout = 0f };

    public static TheoryData<SimdWidth> Widths => [.. RegisterWidths.Testable];

    static Bert Model(IBackend backend, Bert.Config? config = null)
    {
        var model = new Bert(config ?? Tiny, new Init(backend, 3));
        // First values are small and biases zero: rougher ones let every term be seen.
        var random = new RandomSource(9, 0);
        foreach ((string name, Tensor tensor) in model.NamedParameters())
            tensor.Storage.CopyFrom([.. tensor.ToArray().Select(v => 3 * v + 0.3f * random.NextNormal())]);
        return model;
    }

    static readonly int[][] Tokens = [[1, 12, 3, 4, 5, 6], [7, 7, 0, 9, 2, 2], [5, 11, 10, 3, 8, 1]];
    static readonly int[][] Segments = [[0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 0], [0, 0, 0, 0, 0, 1]];
    static readonly int[] Lengths = [6, 3, 5];

    static Indices Of(IBackend backend, int[][] rows) => Indices.From(backend, [rows.Length, rows[0].Length], [.. rows.SelectMany(row => row)]);

    static Func<string, double[]> Doubles(Module model)
    {
        Dictionary<string, double[]> values = model.NamedTensors()
            .ToDictionary(entry => entry.Name, entry => Array.ConvertAll(entry.Tensor.ToArray(), v => (double)v));
        return name => values[name];
    }

    static void Near(IEnumerable<double> expected, float[] actual, double tolerance = 2e-5)
    {
        double[] wanted = [.. expected];
        Assert.Equal(wanted.Length, actual.Length);
        double most = Math.Max(1, wanted.Max(Math.Abs));
        for (int i = 0; i < wanted.Length; i++)
            Assert.True(Math.Abs(wanted[i] - actual[i]) <= tolerance * most, $"element {i} is {actual[i]}, the textbook's {wanted[i]}");
    }

    [Theory, MemberData(nameof(Widths))]
    public void Features_are_the_textbooks(SimdWidth simd)
    {
        var cpu = new CpuBackend(simd, threads: 2);
        foreach (Bert.Config config in (Bert.Config[])
            [Tiny, Tiny with { FirstPosition = 2, Epsilon = 1e-5f, Segments = 3 }, Tiny with { Hidden = null, Heads = 1, Layers = 1 }])
        {
            Bert model = Model(cpu, config);
            TransformerTextbook textbook = TransformerTextbook.OfOurs(config, Doubles(model));
            using var step = new Step(cpu);
            float[] y = model.Features(Of(cpu, Tokens), Of(cpu, Segments), Indices.From(cpu, [3], Lengths)).ToArray();
            float[] plain = model.Features(Of(cpu, Tokens)).ToArray();
            for (int b = 0; b < 3; b++)
            {
                double[][] expected = textbook.Features(Tokens[b], Segments[b], Lengths[b]);
                Near(expected[..Lengths[b]].SelectMany(row => row), y[(b * 6 * 12)..((b * 6 + Lengths[b]) * 12)]);
                Near(textbook.Features(Tokens[b]).SelectMany(row => row), plain[(b * 6 * 12)..((b + 1) * 6 * 12)]);
            }
        }
    }

    // The slope of a weighted sum of all features that are no padding, against differences of the textbook.
    [Fact]
    public void Gradients_are_the_textbooks()
    {
        var cpu = new CpuBackend(2);
        Bert model = Model(cpu);
        var random = new RandomSource(4, 0);
        float[] weights = [.. Enumerable.Range(0, 3 * 6 * 12).Select(i => i / 12 % 6 < Lengths[i / 72] ? random.NextNormal() : 0f)];
        using var step = new Step(cpu, training: true);
        model.Features(Of(cpu, Tokens), Of(cpu, Segments), Indices.From(cpu, [3], Lengths)).Backward(Tensor.From(cpu, [3, 6, 12], weights));

        Func<string, double[]> values = Doubles(model);
        TransformerTextbook textbook = TransformerTextbook.OfOurs(Tiny, values);
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            float[] gradient = tensor.Gradient.ToArray();
            double most = Math.Max(1e-2, gradient.Max(Math.Abs));
            foreach (int place in (int[])[0, random.NextInt(gradient.Length), random.NextInt(gradient.Length), gradient.Length - 1])
            {
                double slope = (Shifted(name, place, 1e-5) - Shifted(name, place, -1e-5)) / 2e-5;
                Assert.True(Math.Abs(slope - gradient[place]) < 1e-4 * most, $"{name}[{place}] has {gradient[place]}, the textbook {slope}");
            }
        }

        double Shifted(string name, int place, double by)
        {
            Dictionary<string, double[]> shifted = new() { [name] = [.. values(name)] };
            shifted[name][place] += by;
            TransformerTextbook moved = TransformerTextbook.OfOurs(Tiny, other => shifted.GetValueOrDefault(other) ?? values(other));
            double sum = 0;
            for (int b = 0; b < 3; b++)
            {
                double[][] y = moved.Features(Tokens[b], Segments[b], Lengths[b]);
                for (int t = 0; t < Lengths[b]; t++)
                    for (int i = 0; i < 12; i++) sum += weights[(b * 6 + t) * 12 + i] * y[t][i];
            }
            return sum;
        }
    }

    [Fact]
    public void Padding_changes_no_bit_of_the_other_rows_and_gets_no_gradient()
    {
        var cpu = new CpuBackend(2);
        Bert model = Model(cpu);
        int[][] other = [.. Tokens.Select((row, b) => row.Select((token, t) => t < Lengths[b] ? token : (token + 5) % 13).ToArray())];
        Indices lengths = Indices.From(cpu, [3], Lengths);
        using var step = new Step(cpu);
        float[] one = model.Features(Of(cpu, Tokens), null, lengths).ToArray(), two = model.Features(Of(cpu, other), null, lengths).ToArray();
        float[] blind = model.Features(Of(cpu, other)).ToArray();
        for (int b = 0; b < 3; b++)
        {
            Range rows = (b * 72)..(b * 72 + Lengths[b] * 12);
            Assert.Equal(one[rows], two[rows]);
            if (Lengths[b] < 6) Assert.NotEqual(one[rows], blind[rows]);        // without lengths it would
        }
        Tensor positions = model.NamedParameters().Single(entry => entry.Name == "positions.weight").Tensor;
        float[] seed = new float[3 * 72];
        for (int i = 72; i < 72 + 3 * 12; i++) seed[i] = i % 5 - 1.7f;
        model.Features(Of(cpu, Tokens), null, lengths).Backward(Tensor.From(cpu, [3, 6, 12], seed));
        float[] gradient = positions.Gradient.ToArray();
        Assert.All(gradient[(3 * 12)..], v => Assert.Equal(0f, v));             // of a text of three tokens
        for (int t = 0; t < 3; t++) Assert.Contains(gradient[(t * 12)..((t + 1) * 12)], v => v != 0f);
    }

    [Fact]
    public void Every_token_reaches_every_other_in_both_directions()
    {
        var cpu = new CpuBackend(2);
        Bert model = Model(cpu);
        Tensor positions = model.NamedParameters().Single(entry => entry.Name == "positions.weight").Tensor;
        for (int t = 0; t < 6; t++)
        {
            using var step = new Step(cpu);
            positions.ResetGradient();
            float[] seed = new float[72];
            for (int i = 0; i < 12; i++) seed[t * 12 + i] = i % 5 - 1.7f;
            model.Features(Of(cpu, [Tokens[0]])).Backward(Tensor.From(cpu, [1, 6, 12], seed));
            float[] gradient = positions.Gradient.ToArray();
            for (int s = 0; s < 6; s++) Assert.Contains(gradient[(s * 12)..((s + 1) * 12)], v => Math.Abs(v) > 1e-6f);
            Assert.All(gradient[72..], v => Assert.Equal(0f, v));
        }
    }

    [Fact]
    public void Without_recording_the_bits_are_the_same()
    {
        var cpu = new CpuBackend(2);
        Bert model = Model(cpu);
        using var step = new Step(cpu);
        float[] recorded = model.Features(Of(cpu, Tokens), Of(cpu, Segments), Indices.From(cpu, [3], Lengths)).ToArray();
        using Tape.NoGradientScope scope = Tape.NoGradient();
        Assert.Equal(recorded, model.Features(Of(cpu, Tokens), Of(cpu, Segments), Indices.From(cpu, [3], Lengths)).ToArray());
    }

    [Fact]
    public void Heads_are_the_textbooks()
    {
        var cpu = new CpuBackend(2);
        var random = new RandomSource(6, 0);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextNormal())];
        float[] x = Draw(2 * 3 * 8), table = Draw(5 * 8);
        var pooler = new Pooler(new Init(cpu, 1), 8);
        var head = new MaskedHead(new Init(cpu, 2), 8, 5, epsilon: 0.1f);
        foreach ((_, Tensor tensor) in pooler.NamedParameters().Concat(head.NamedParameters()))
            tensor.Storage.CopyFrom([.. tensor.ToArray().Select(v => v + 0.5f * random.NextNormal())]);
        (Func<string, double[]> p, Func<string, double[]> h) = (Doubles(pooler), Doubles(head));
        double[][] rows = [.. x.Select(v => (double)v).Chunk(8)];
        using var step = new Step(cpu);
        Tensor features = Tensor.From(cpu, [2, 3, 8], x);

        var dense = new Affine([.. p("dense.weight").Chunk(8)], p("dense.bias"));
        Near(((int[])[0, 3]).SelectMany(first => dense.Of(rows[first]).Select(Math.Tanh)), pooler.Forward(features).ToArray());

        var (transform, norm) = (new Affine([.. h("dense.weight").Chunk(8)], h("dense.bias")), new Normed(h("norm.weight"), h("norm.bias")));
        double[][] transformed = [.. rows.Select(row => norm.Of([.. transform.Of(row).Select(Ops.Activations.GeluErf)], 0.1f))];
        Near(transformed.SelectMany(row => row), head.Forward(features).ToArray());
        var words = new Affine([.. table.Select(v => (double)v).Chunk(8)], h("bias"));
        Tensor logits = head.Logits(features, Tensor.From(cpu, [5, 8], table));
        Assert.Equal([2, 3, 5], logits.Shape);
        Near(transformed.SelectMany(words.Of), logits.ToArray());
    }

    [Fact]
    public void A_head_may_begin_with_how_frequent_words_are()
    {
        var cpu = new CpuBackend(2);
        var head = new MaskedHead(new Init(cpu, 2), 8, 3);
        double[] odds = [Math.Log(0.5), Math.Log(0.3), Math.Log(0.2)];
        head.BeginWith(odds);
        using var step = new Step(cpu);
        Tensor features = Tensor.From(cpu, [1, 8], [.. Enumerable.Range(0, 8).Select(i => (float)Math.Sin(i))]);
        Near(odds, head.Logits(features, Tensor.Zeros(cpu, [3, 8])).ToArray());
        Assert.Contains("2 logarithms", Assert.Throws<ShapeException>(() => head.BeginWith(odds.AsSpan(1))).Message, StringComparison.Ordinal);
    }

    // What is published: BERT-base has 109,482,240 numbers with its pooler, RoBERTa-base 124,645,632 likewise; the heads are dense, norm and bias.
    [Fact]
    public void Has_as_many_parameters_as_the_papers_models()
    {
        var config = new Bert.Config { Vocabulary = 30_522, Context = 512, Layers = 1, Heads = 12, Width = 768 };
        var init = new Init(new CpuBackend(1), 1);
        const long block = 12L * 768 * 768 + 13 * 768;
        Assert.Equal(109_482_240, new Bert(config, init).ParameterCount + 11 * block + new Pooler(init, 768).ParameterCount);
        Assert.Equal(768 * 768 + 3 * 768 + 30_522, new MaskedHead(init, 768, 30_522).ParameterCount);
        Bert.Config roberta = config with { Vocabulary = 50_265, Segments = 1, FirstPosition = 2 };
        Assert.Equal(124_645_632, new Bert(roberta, init).ParameterCount + 11 * block + new Pooler(init, 768).ParameterCount);
    }

    [Fact]
    public void First_values_are_BERTs()
    {
        var model = new BertWithHeads(new Bert.Config { Vocabulary = 500, Context = 64, Layers = 2, Heads = 4, Width = 64 }, new Init(new CpuBackend(1), 1));
        foreach ((string name, Tensor tensor) in model.NamedParameters())
        {
            float[] values = tensor.ToArray();
            if (tensor.Shape.Rank == 1)
            {
                float begin = name.EndsWith("weight", StringComparison.Ordinal) ? 1f : 0f;
                Assert.All(values, v => Assert.Equal(begin, v));
                continue;
            }
            // A normal distribution of 0.02, cut at two deviations, has 0.88 of its deviation left.
            Assert.All(values, v => Assert.InRange(Math.Abs(v), 0, 0.04f));
            if (values.Length > 1000) Assert.InRange(Math.Sqrt(values.Average(v => (double)v * v)), 0.0170, 0.0182);
        }
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var cpu = new CpuBackend(1);
        Bert model = Model(cpu);
        Assert.Contains("axis 1 of tokens is 8 (shape [1, 8]) but the context has room for 7",
            Assert.Throws<ShapeException>(() => model.Features(Of(cpu, [[1, 2, 3, 4, 5, 6, 7, 8]]))).Message, StringComparison.Ordinal);
        Assert.Contains("segments have shape [1, 3] but tokens have [1, 2]",
            Assert.Throws<ShapeException>(() => model.Features(Of(cpu, [[1, 2]]), Of(cpu, [[0, 0, 0]]))).Message, StringComparison.Ordinal);
        Assert.Contains("[batch, time]", Assert.Throws<ShapeException>(() => model.Features(Indices.From(cpu, [2], 1, 2))).Message, StringComparison.Ordinal);
        Assert.Throws<IndexException>(() => model.Features(Of(cpu, [[13]])));
        Assert.Throws<IndexException>(() => model.Features(Of(cpu, [[1]]), Of(cpu, [[2]])));
        Assert.Throws<IndexException>(() => model.Features(Of(cpu, [[1]]), null, Indices.From(cpu, [1], 2)));

        var init = new Init(cpu, 1);
        var pooler = new Pooler(init, 12);
        Says("without a pooler", () => new BertWithHeads(model, answer: new Linear(init, 12, 2)));
        Says("is [3, 12]", () => new BertWithHeads(model, pooler, answer: new Linear(init, 12, 3)));
        Says("without a bias", () => new BertWithHeads(model, pooler, answer: new Linear(init, 12, 2, bias: false)));
        Says("bias of [14]", () => new BertWithHeads(model, head: new MaskedHead(init, 12, 14)));

        static void Says(string what, Func<object> make) => Assert.Contains(what, Assert.Throws<ShapeException>(() => make()).Message, StringComparison.Ordinal);
    }
}
