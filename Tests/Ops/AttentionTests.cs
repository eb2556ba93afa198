namespace NativeSsl.Tests.Ops;

/// <summary>What a table of values cannot say about attention: what must not flow, what must not be touched,
/// what it complains about.</summary>
public sealed class AttentionTests
{
    static readonly CpuBackend Cpu = new(2);

    static Tensor Random(Shape shape, ulong stream = 0, IBackend? backend = null)
    {
        var random = new RandomSource(3, stream);
        return Tensor.From(backend ?? Cpu, shape, [.. Enumerable.Range(0, (int)shape.Count).Select(_ => random.NextUniform() * 2 - 1)]);
    }

    [Theory, InlineData(5), InlineData(70)]
    public void Nothing_flows_to_the_future(int time)
    {
        for (int t = 0; t < time; t += 3)
        {
            Tensor qkv = Random([1, time, 3, 2, 4]).RequireGradient();
            float[] seed = new float[time * 8];
            Array.Fill(seed, 1f, t * 8, 8);
            qkv.SelfAttention(new() { Causal = true }).Backward(Tensor.From(Cpu, [1, time, 2, 4], seed));
            float[] gradient = qkv.Gradient.ToArray();
            Assert.All(gradient.Skip((t + 1) * 24), g => Assert.Equal(0f, g));
            Assert.Contains(gradient.Take((t + 1) * 24), g => g != 0f);
        }
    }

    [Fact]
    public void Later_numbers_do_not_change_earlier_outputs_by_a_bit()
    {
        float[] values = Random([1, 9, 3, 1, 5]).ToArray(), changed = [.. values];
        for (int i = 7 * 15; i < changed.Length; i++) changed[i] = 1e30f;
        float[] Run(float[] x) => Tensor.From(Cpu, [1, 9, 3, 1, 5], x).SelfAttention(new() { Causal = true }).ToArray();
        Assert.Equal(Run(values)[..35], Run(changed)[..35]);
    }

    [Fact]
    public void Nan_in_a_query_stays_in_its_row()
    {
        foreach (float strange in (float[])[float.NaN, float.PositiveInfinity])
        {
            float[] q = Random([1, 3, 1, 2]).ToArray();
            q[2] = strange;
            float[] y = Tensor.From(Cpu, [1, 3, 1, 2], q).Attention(Random([1, 4, 1, 2], 1), Random([1, 4, 1, 2], 2)).ToArray();
            Assert.True(float.IsNaN(y[2]) && float.IsNaN(y[3]));
            Assert.All([y[0], y[1], y[4], y[5]], v => Assert.True(float.IsFinite(v)));
        }
    }

    [Fact]
    public void Padding_is_not_read_even_if_it_is_not_a_number()
    {
        float[] keys = Random([2, 6, 1, 3]).ToArray();
        Array.Fill(keys, float.NaN, 4 * 3, 6);
        Tensor q = Random([2, 5, 1, 3], 1).RequireGradient(), k = Tensor.From(Cpu, [2, 6, 1, 3], keys).RequireGradient();
        Tensor y = q.Attention(k, k, new() { KeyLengths = Indices.From(Cpu, [2], 4, 6) });
        Assert.All(y.ToArray(), v => Assert.True(float.IsFinite(v)));
        y.Backward(Random([2, 5, 1, 3], 2));
        Assert.All(q.Gradient.ToArray(), v => Assert.True(float.IsFinite(v)));
        Assert.All(k.Gradient.ToArray()[12..18], v => Assert.Equal(0f, v));
    }

    [Fact]
    public void A_query_that_sees_nothing_gives_zeros_and_takes_none()
    {
        Tensor q = Random([1, 4, 1, 3]).RequireGradient(), k = Random([1, 2, 1, 3], 1).RequireGradient(),
            v = Random([1, 2, 1, 3], 2).RequireGradient();
        Tensor bias = Tensor.Full(Cpu, [1, 1, 4, 2], float.NegativeInfinity).RequireGradient();
        Tensor y = q.Attention(k, v, new() { Bias = bias });
        Assert.All(y.ToArray(), value => Assert.Equal(0f, value));
        y.Backward(Random([1, 4, 1, 3], 3));
        foreach (Tensor x in (Tensor[])[q, k, v, bias]) Assert.All(x.Gradient.ToArray(), g => Assert.Equal(0f, g));
    }

    [Fact]
    public void A_cache_gives_what_the_whole_sequence_gives()
    {
        const int Time = 37, Capacity = 50, Heads = 2, Width = 5;
        Tensor qkv = Random([1, Time, 3, Heads, Width]);
        float[] whole = qkv.SelfAttention(new() { Causal = true }).ToArray(), packed = qkv.ToArray();
        float[] keys = new float[Capacity * Heads * Width], values = new float[Capacity * Heads * Width];
        Array.Fill(keys, float.NaN);
        Array.Fill(values, float.NaN);
        for (int t = 0; t < Time; t++)
        {
            packed.AsSpan(t * 30 + 10, 10).CopyTo(keys.AsSpan(t * 10));
            packed.AsSpan(t * 30 + 20, 10).CopyTo(values.AsSpan(t * 10));
            float[] one = Tensor.From(Cpu, [1, 1, Heads, Width], packed.AsSpan(t * 30, 10)).Attention(
                Tensor.From(Cpu, [1, Capacity, Heads, Width], keys), Tensor.From(Cpu, [1, Capacity, Heads, Width], values),
                new() { Causal = true, KeyCount = t + 1 }).ToArray();
            for (int i = 0; i < 10; i++) Assert.Equal(whole[t * 10 + i], one[i], 2e-6f);
        }
    }

    [Fact]
    public void Dropout_keeps_the_mean_and_rests_outside_of_training()
    {
        Tensor q = Random([64, 16, 4, 2]), k = Random([64, 16, 4, 2], 1), v = Tensor.Full(Cpu, [64, 16, 4, 2], 1f);
        AttentionOptions options = new() { Dropout = 0.25f };
        float[] plain = q.Attention(k, v).ToArray();
        Assert.Equal(plain, q.Attention(k, v, options).ToArray());
        using (new Step(Cpu)) Assert.Equal(plain, q.Attention(k, v, options).ToArray());

        using var step = new Step(Cpu, training: true, seed: 1);
        float[] first = q.Attention(k, v, options).ToArray(), second = q.Attention(k, v, options).ToArray();
        // 4,096 rows, each with a standard deviation of about √(0.25 / 0.75 / 16) = 0.14: the mean is known to 0.0023.
        Assert.Equal(1, first.Average(), 0.01);
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Nothing_around_the_outputs_is_touched()
    {
        const float Sentinel = 12345f;
        var shape = new AttentionShape { Batch = 1, Heads = 3, Queries = 7, Keys = 9, Width = 5, Scale = 0.5f, Reach = 3, Dropout = 0.1f };
        Tensor q = Random([1, 7, 3, 5]), k = Random([1, 9, 3, 5], 1), v = Random([1, 9, 3, 5], 2), bias = Random([1, 3, 7, 9], 3),
            dO = Random([1, 7, 3, 5], 4);
        AttentionMask mask = new(null, bias);
        foreach (SimdWidth width in RegisterWidths.Testable)
        {
            var cpu = new CpuBackend(width, threads: 1);
            Tensor o = Fenced(7), dq = Fenced(7), dk = Fenced(9), dv = Fenced(9), rows = Fenced(7);
            Tensor Inside(Tensor fenced, Shape inner) => new(Cpu, inner, fenced.Storage.Slice(40, inner.Count));
            Tensor dbias = Tensor.Full(Cpu, [40 + 189 + 40], Sentinel), sums = Inside(rows, [1, 3, 7]);
            HeadView View(Tensor x, int time) => HeadView.Of(Inside(x, [1, time, 3, 5]));
            cpu.Attention(shape, mask, HeadView.Of(q), HeadView.Of(k), HeadView.Of(v), View(o, 7), sums);
            cpu.AttentionGrad(shape, mask, HeadView.Of(q), HeadView.Of(k), HeadView.Of(v), View(o, 7), sums, HeadView.Of(dO),
                View(dq, 7), View(dk, 9), View(dv, 9));
            cpu.AttentionBiasGrad(shape, mask, HeadView.Of(q), HeadView.Of(k), HeadView.Of(v), View(o, 7), sums, HeadView.Of(dO),
                Inside(dbias, [1, 3, 7, 9]));
            foreach ((Tensor tensor, int count) in ((Tensor, int)[])[(o, 105), (dq, 105), (dk, 135), (dv, 135), (rows, 21), (dbias, 189)])
            {
                float[] all = tensor.ToArray();
                Assert.All(all[..40], x => Assert.Equal(Sentinel, x));
                Assert.DoesNotContain(Sentinel, all[40..(40 + count)]);
                Assert.All(all[(40 + count)..], x => Assert.Equal(Sentinel, x));
            }
        }

        static Tensor Fenced(int time) => Tensor.Full(Cpu, [40 + time * 15 + 40], Sentinel);
    }

    [Fact]
    public void Threads_of_the_user_do_not_meet()
    {
        Tensor qkv = Random([2, 40, 3, 3, 8]);
        float[] expected = qkv.SelfAttention(new() { Causal = true }).ToArray();
        Parallel.For(0, 64, _ => Assert.Equal(expected, qkv.SelfAttention(new() { Causal = true }).ToArray()));
    }

    [Fact]
    public void Empty_is_empty()
    {
        Assert.Empty(Random([0, 3, 2, 4]).Attention(Random([0, 3, 2, 4]), Random([0, 3, 2, 4])).ToArray());
        Assert.Equal(new float[24], Random([1, 3, 2, 4]).Attention(Random([1, 0, 2, 4]), Random([1, 0, 2, 4])).ToArray());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        Tensor q = Random([2, 3, 4, 5]), k = Random([2, 6, 4, 5]);
        Complains<ShapeException>("Attention: axis 3 of query is 5 (shape [2, 3, 4, 5]) but axis 3 of key is 7 (shape [2, 6, 4, 7])",
            () => q.Attention(Random([2, 6, 4, 7]), k));
        Complains<ShapeException>("Attention: value has shape [2, 5, 4, 5] but key has shape [2, 6, 4, 5]",
            () => q.Attention(k, Random([2, 5, 4, 5])));
        Complains<ShapeException>("Attention: key has shape [6, 4, 5], which has 3 axes; 4 are needed",
            () => q.Attention(Random([6, 4, 5]), k));
        Complains<ShapeException>("axis 2 of x is 2 (shape [1, 3, 2, 4, 5])", () => Random([1, 3, 2, 4, 5]).SelfAttention());
        Complains<ShapeException>("axis 1 of bias is 3 (shape [1, 3, 3, 6]) but of the scores 4 (shape [2, 4, 3, 6])",
            () => q.Attention(k, k, new() { Bias = Random([1, 3, 3, 6]) }));
        Complains<ShapeException>("KeyLengths has shape [3] but a batch of 2 needs [2]",
            () => q.Attention(k, k, new() { KeyLengths = Indices.From(Cpu, [3], 1, 2, 3) }));
        Complains<ShapeException>("KeyCount is 7 but there are 6 keys", () => q.Attention(k, k, new() { KeyCount = 7 }));
        Complains<IndexException>("Attention.KeyLengths: index 7 at place 1",
            () => q.Attention(k, k, new() { KeyLengths = Indices.From(Cpu, [2], 1, 7) }));
        Complains<NativeSslException>("Dropout is 1; it must be at least 0 and less than 1",
            () => q.Attention(k, k, new() { Dropout = 1 }));
        Complains<UnsupportedFormatException>("BFloat16", () => Tensor.Empty(Cpu, [2, 3, 4, 5], Format.BFloat16).Attention(k, k));

        static void Complains<E>(string message, Action action) where E : NativeSslException =>
            Assert.Contains(message, Assert.Throws<E>(action).Message);
    }
}
