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
        forward(new AttentionCall(shape, mask, query, key, value, output, logSumExp, output, logSumExp));
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
