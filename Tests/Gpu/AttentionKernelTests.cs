using NativeSsl.Kernels;

namespace NativeSsl.Tests.Gpu;

/// <summary>Attention in blocks against the plain kernels it replaces, on sizes that fill no block, and with everything that decides a probability.</summary>
public sealed class AttentionKernelTests
{
    const float Tolerance = 2e-6f;

    public static TheoryData<int, int, int, int, int, bool, float> Few => new()
    {
        { 1, 1, 8, 8, 4, false, 0f }, { 2, 3, 33, 33, 5, true, 0f }, { 2, 2, 9, 40, 20, true, 0.3f }, { 1, 2, 40, 17, 33, true, 0f }, { 1, 1, 40, 40, 20, false, 0.2f },
    };

    // Several of the largest blocks on either side, and heads wider than one.
    public static TheoryData<int, int, int, int, int, bool, float> Many => new()
    {
        { 2, 3, 33, 33, 5, true, 0f }, { 2, 2, 9, 140, 20, true, 0.3f }, { 1, 2, 70, 17, 33, true, 0f }, { 1, 1, 70, 70, 70, false, 0.2f }, { 2, 1, 130, 130, 64, true, 0f },
    };

    static (float[] O, float[] L, float[] Dq, float[] Dk, float[] Dv) Attend(GpuBackend gpu, int batch, int heads, int queries, int keys, int width, bool causal, float dropout,
        Action<AttentionCall> forward, Action<AttentionCall, HeadView, HeadView, HeadView> backward)
    {
        ulong stream = 0;
        Tensor Some(Shape shape)
        {
            var random = new RandomSource(11, stream++);
            return Tensor.From(gpu, shape, [.. Enumerable.Range(0, (int)shape.Count).Select(_ => random.NextUniform() * 2f - 1f)]);
        }
        Tensor Nothing(Shape shape) => Tensor.Full(gpu, shape, float.NaN);
        Shape ofQueries = [batch, queries, heads, width], ofKeys = [batch, keys, heads, width];
        Tensor q = Some(ofQueries), k = Some(ofKeys), v = Some(ofKeys), slopes = Some(ofQueries), bias = Some([1, heads, queries, keys]);
        Tensor o = Nothing(ofQueries), logSumExp = Nothing([batch, heads, queries]), dq = Nothing(ofQueries), dk = Nothing(ofKeys), dv = Nothing(ofKeys);
        var shape = new AttentionShape
        {
            Batch = batch, Heads = heads, Queries = queries, Keys = keys, Width = width, Scale = 0.6f, Dropout = dropout, Seed = 3, Stream = 9,
            Reach = causal ? keys - queries + 1 : keys,
        };
        var mask = new AttentionMask(Indices.From(gpu, [batch], [.. Enumerable.Range(0, batch).Select(i => keys - 2 * i)]), bias);
        HeadView output = HeadView.Of(o), query = HeadView.Of(q), key = HeadView.Of(k), value = HeadView.Of(v);
        forward(new AttentionCall(shape, mask, query, key, value, output, logSumExp, output, logSumExp, gpu.Later));
        backward(gpu.WithDelta(shape, mask, query, key, value, output, logSumExp, HeadView.Of(slopes)), HeadView.Of(dq), HeadView.Of(dk), HeadView.Of(dv));
        return (o.ToArray(), logSumExp.ToArray(), dq.ToArray(), dk.ToArray(), dv.ToArray());
    }

    static void Agree<T>(GpuBackend gpu, int batch, int heads, int queries, int keys, int width, bool causal, float dropout) where T : struct, ISmallTiling
    {
        var plain = Attend(gpu, batch, heads, queries, keys, width, causal, dropout, gpu.AttendPlainly, gpu.AttendPlainlyBackwards);
        var blocked = Attend(gpu, batch, heads, queries, keys, width, causal, dropout, gpu.AttendBlocked<T>, gpu.AttendBlockedBackwards<T>);
        Near(plain.O, blocked.O);
        Near(plain.L, blocked.L);
        Near(plain.Dq, blocked.Dq);
        Near(plain.Dk, blocked.Dk);
        Near(plain.Dv, blocked.Dv);
    }

    static void Near(float[] plain, float[] blocked)
    {
        float largest = plain.Where(float.IsFinite).Select(MathF.Abs).Max();
        for (int i = 0; i < plain.Length; i++)
            if (plain[i] != blocked[i]) Assert.Equal(plain[i], blocked[i], Tolerance * MathF.Max(1f, largest));
    }

    // Distances from what the plain kernels give, beside what rounding the factors explains: something, since they are rounded, but not more.
    static void AgreeOnTensorCores<M, W, S>(GpuBackend gpu, MatMulPrecision precision, int batch, int heads, int queries, int keys, int width, bool causal, float dropout)
        where M : struct, ITensorCore where W : struct, IAttentionTiling where S : struct, IAttentionSlopeTiling
    {
        var plain = Attend(gpu, batch, heads, queries, keys, width, causal, dropout, gpu.AttendPlainly, gpu.AttendPlainlyBackwards);
        var rounded = Attend(gpu, batch, heads, queries, keys, width, causal, dropout, gpu.AttendOnTensorCores<M, W>, gpu.AttendOnTensorCoresBackwards<M, S>);
        Assert.Equal(plain.L.Select(float.IsFinite), rounded.L.Select(float.IsFinite));
        foreach ((float[] exact, float[] near) in new[] { (plain.O, rounded.O), (plain.L, rounded.L), (plain.Dq, rounded.Dq), (plain.Dk, rounded.Dk), (plain.Dv, rounded.Dv) })
            Assert.InRange(Distance(exact, near), Agreement.Rounding(precision) / 50, 2 * Agreement.Rounding(precision));
    }

    static double Distance(float[] x, float[] y) => Math.Sqrt(x.Zip(y, (p, q) => float.IsFinite(p) ? Math.Pow((double)p - q, 2) : 0).Sum() / x.Where(float.IsFinite).Sum(p => (double)p * p));

    [Theory, MemberData(nameof(Few)), InlineData(1, 2, 40, 50, 64, true, 0.3f), InlineData(2, 1, 8, 16, 40, false, 0f)]
    public void Tensor_cores_attend_as_their_precision_allows(int batch, int heads, int queries, int keys, int width, bool causal, float dropout)
    {
        AgreeOnTensorCores<TensorFloat32Core, AttentionTiles1, AttentionTiles1>(Devices.Simulator, MatMulPrecision.TensorFloat32, batch, heads, queries, keys, width, causal, dropout);
        AgreeOnTensorCores<BFloat16Core, AttentionTiles1, AttentionTiles1>(Devices.Simulator, MatMulPrecision.BFloat16, batch, heads, queries, keys, width, causal, dropout);
    }

    // Several warps to a team, several teams, and several blocks of keys, none of them full.
    [Fact]
    public void A_team_of_four_warps_attends_on_tensor_cores()
    {
        using GpuBackend gpu = GpuBackend.Simulator(warps: 4);
        AgreeOnTensorCores<TensorFloat32Core, AttentionTiles4, AttentionSlopeTiles4>(gpu, MatMulPrecision.TensorFloat32, 1, 1, 70, 140, 60, true, 0.2f);
        AgreeOnTensorCores<BFloat16Core, AttentionTiles4, AttentionSlopeTiles4>(gpu, MatMulPrecision.BFloat16, 1, 2, 70, 70, 64, false, 0f);
    }

    // The user's choice reaches attention, forward and backward; wider heads than tensor cores take, and fewer queries, stay as exact as they were.
    [Theory, InlineData(20, 16, true), InlineData(20, 68, false), InlineData(5, 16, false)]
    public void A_precision_reaches_attention(int time, int width, bool isRounded)
    {
        using GpuBackend gpu = GpuBackend.Simulator();
        float[][] exact = Run();
        gpu.MatMulPrecision = MatMulPrecision.BFloat16;
        float[][] coarse = Run();
        for (int i = 0; i < exact.Length; i++)
            if (isRounded) Assert.InRange(Distance(exact[i], coarse[i]), Agreement.Rounding(MatMulPrecision.BFloat16) / 10, 2 * Agreement.Rounding(MatMulPrecision.BFloat16));
            else Assert.Equal(exact[i], coarse[i]);

        float[][] Run()
        {
            using var step = new Step(gpu);
            var random = new RandomSource(3, 1);
            Tensor packed = Tensor.From(gpu, [1, time, 3, 1, width], [.. Enumerable.Range(0, time * 3 * width).Select(_ => random.NextNormal())]).RequireGradient();
            Tensor y = packed.SelfAttention(new AttentionOptions { Causal = true });
            float[] value = y.ToArray();
            y.Square().Sum().Backward();
            return [value, packed.Gradient.ToArray()];
        }
    }

    [Theory, MemberData(nameof(Few))]
    public void Blocks_agree_with_the_plain_kernels(int batch, int heads, int queries, int keys, int width, bool causal, float dropout) =>
        Agree<Tiles32>(Devices.Simulator, batch, heads, queries, keys, width, causal, dropout);

    [OpenClTheory, MemberData(nameof(Many))]
    public void Every_tiling_agrees_on_OpenCL(int batch, int heads, int queries, int keys, int width, bool causal, float dropout)
    {
        Agree<Tiles32>(Devices.OpenCl, batch, heads, queries, keys, width, causal, dropout);
        Agree<Tiles64>(Devices.OpenCl, batch, heads, queries, keys, width, causal, dropout);
    }
}
