namespace NativeSsl.Kernels;

/// <summary>Heads in device memory: see <see cref="HeadView"/>.</summary>
readonly struct HeadsOnDevice(Floats data, long start, long batchStride, long timeStride)
{
    public readonly Floats Data = data;
    readonly long _start = start, _batchStride = batchStride, _timeStride = timeStride;

    public long At(int batch, int time, int head, int width) => _start + batch * _batchStride + time * _timeStride + (long)head * width;
}

/// <summary>Everything that decides a probability and its gradient.</summary>
readonly struct AttentionOnDevice
{
    public AttentionShape Shape { get; init; }
    public HeadsOnDevice Q { get; init; }
    public HeadsOnDevice K { get; init; }
    public HeadsOnDevice V { get; init; }
    public HeadsOnDevice O { get; init; }
    public HeadsOnDevice GradO { get; init; }
    public Floats LogSumExp { get; init; }
    public int HasKeyLengths { get; init; }
    public Ints KeyLengths { get; init; }
    public int HasBias { get; init; }
    public Floats Bias { get; init; }
    public long BiasBatchStride { get; init; }
    public long BiasHeadStride { get; init; }

    public int Visible(int batch, int query) => Shape.Visible(query, HasKeyLengths != 0 ? KeyLengths[batch] : Shape.Keys);

    // S[i,j] = scale · Σ q k + bias
    public float Score(int batch, int head, int query, int key)
    {
        long q = Q.At(batch, query, head, Shape.Width), k = K.At(batch, key, head, Shape.Width);
        float dot = 0f;
        for (int i = 0; i < Shape.Width; i++) dot += Q.Data[q + i] * K.Data[k + i];
        dot *= Shape.Scale;
        if (HasBias != 0) dot += Bias[batch * BiasBatchStride + head * BiasHeadStride + (long)query * Shape.Keys + key];
        return dot;
    }

    // M[i,j]
    public float Kept(int batch, int head, int query, int key)
    {
        if (Shape.Dropout <= 0f) return 1f;
        var (a, b, c, d) = Philox.Block(Shape.Seed, Shape.Stream, AttentionShape.Counter(Shape.Row(batch, head, query), key));
        int lane = key & 3;
        return Shape.Kept(lane == 0 ? a : lane == 1 ? b : lane == 2 ? c : d);
    }

    public float Probability(int batch, int head, int query, int key) =>
        DeviceMath.Exp(Score(batch, head, query, key) - LogSumExp[Shape.Row(batch, head, query)]);

    // D[i] = Σ dO O
    public float Delta(int batch, int head, int query) => Dot(GradO, query, O, query, batch, head);

    // dS[i,j] = P (M dO · v − D)
    public float ScoreGrad(int batch, int head, int query, int key, float probability, float delta) =>
        probability * (Kept(batch, head, query, key) * Dot(GradO, query, V, key, batch, head) - delta);

    float Dot(HeadsOnDevice x, int xTime, HeadsOnDevice y, int yTime, int batch, int head)
    {
        long a = x.At(batch, xTime, head, Shape.Width), b = y.At(batch, yTime, head, Shape.Width);
        float dot = 0f;
        for (int i = 0; i < Shape.Width; i++) dot += x.Data[a + i] * y.Data[b + i];
        return dot;
    }
}

/// <summary>Naive: one thread for each query, for each key, or for each element of the bias.</summary>
static class AttentionKernels
{
    public static void Forward(AttentionOnDevice a, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int query = (int)(row % a.Shape.Queries), head = (int)(row / a.Shape.Queries % a.Shape.Heads),
            batch = (int)(row / a.Shape.Queries / a.Shape.Heads);
        int visible = a.Visible(batch, query), width = a.Shape.Width;
        long o = a.O.At(batch, query, head, width);
        for (int i = 0; i < width; i++) a.O.Data[o + i] = 0f;

        float max = float.NegativeInfinity, sum = 0f;
        for (int key = 0; key < visible; key++)
        {
            float score = a.Score(batch, head, query, key);
            max = score > max ? score : max;
        }
        if (max == float.NegativeInfinity) max = 0f;                // nothing to see: exp(−∞ − 0) is 0, where −∞ − −∞ would be NaN
        for (int key = 0; key < visible; key++)
        {
            float e = DeviceMath.Exp(a.Score(batch, head, query, key) - max);
            long v = a.V.At(batch, key, head, width);
            sum += e;
            e *= a.Kept(batch, head, query, key);
            for (int i = 0; i < width; i++) a.O.Data[o + i] += e * a.V.Data[v + i];
        }
        for (int i = 0; i < width; i++) a.O.Data[o + i] = sum == 0f ? 0f : a.O.Data[o + i] / sum;
        a.LogSumExp[row] = sum == 0f ? float.PositiveInfinity : max + DeviceMath.Log(sum);
    }

    public static void GradQuery(AttentionOnDevice a, HeadsOnDevice dq, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int query = (int)(row % a.Shape.Queries), head = (int)(row / a.Shape.Queries % a.Shape.Heads),
            batch = (int)(row / a.Shape.Queries / a.Shape.Heads);
        int visible = a.Visible(batch, query), width = a.Shape.Width;
        long output = dq.At(batch, query, head, width);
        for (int i = 0; i < width; i++) dq.Data[output + i] = 0f;
        float delta = a.Delta(batch, head, query);
        for (int key = 0; key < visible; key++)
        {
            float ds = a.Shape.Scale * a.ScoreGrad(batch, head, query, key, a.Probability(batch, head, query, key), delta);
            long k = a.K.At(batch, key, head, width);
            for (int i = 0; i < width; i++) dq.Data[output + i] += ds * a.K.Data[k + i];
        }
    }

    public static void GradKeyValue(AttentionOnDevice a, HeadsOnDevice dk, HeadsOnDevice dv, long rows)
    {
        long row = Grid.GlobalLinearIndex;
        if (row >= rows) return;
        int key = (int)(row % a.Shape.Keys), head = (int)(row / a.Shape.Keys % a.Shape.Heads),
            batch = (int)(row / a.Shape.Keys / a.Shape.Heads);
        int width = a.Shape.Width;
        long keyOutput = dk.At(batch, key, head, width), valueOutput = dv.At(batch, key, head, width);
        for (int i = 0; i < width; i++) { dk.Data[keyOutput + i] = 0f; dv.Data[valueOutput + i] = 0f; }
        for (int query = 0; query < a.Shape.Queries; query++)
        {
            if (key >= a.Visible(batch, query)) continue;
            float p = a.Probability(batch, head, query, key), kept = p * a.Kept(batch, head, query, key);
            float ds = a.Shape.Scale * a.ScoreGrad(batch, head, query, key, p, a.Delta(batch, head, query));
            long q = a.Q.At(batch, query, head, width), gradO = a.GradO.At(batch, query, head, width);
            for (int i = 0; i < width; i++)
            {
                dk.Data[keyOutput + i] += ds * a.Q.Data[q + i];
                dv.Data[valueOutput + i] += kept * a.GradO.Data[gradO + i];
            }
        }
    }

    public static void GradBias(AttentionOnDevice a, Floats dbias, int biasBatch, int biasHeads, long count)
    {
        long element = Grid.GlobalLinearIndex;
        if (element >= count) return;
        int key = (int)(element % a.Shape.Keys), query = (int)(element / a.Shape.Keys % a.Shape.Queries);
        int biasHead = (int)(element / a.Shape.Keys / a.Shape.Queries % biasHeads),
            first = (int)(element / a.Shape.Keys / a.Shape.Queries / biasHeads);
        float sum = 0f;
        // a step of 1 if all samples share the bias, past the end otherwise
        for (int batch = first; batch < a.Shape.Batch; batch += biasBatch)
            for (int head = biasHead; head < a.Shape.Heads; head += biasHeads)
                if (key < a.Visible(batch, query))
                    sum += a.ScoreGrad(batch, head, query, key, a.Probability(batch, head, query, key), a.Delta(batch, head, query));
        dbias[element] = sum;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void Attention(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp)
    {
        long rows = (long)shape.Batch * shape.Heads * shape.Queries;
        Launch(AttentionKernels.Forward, rows, OnDevice(shape, mask, q, k, v, o, logSumExp, o), rows);
    }

    /// <inheritdoc/>
    public void AttentionGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp,
        HeadView dO, HeadView dq, HeadView dk, HeadView dv)
    {
        AttentionOnDevice arguments = OnDevice(shape, mask, q, k, v, o, logSumExp, dO);
        long heads = (long)shape.Batch * shape.Heads;
        Launch(AttentionKernels.GradQuery, heads * shape.Queries, arguments, OnDevice(dq), heads * shape.Queries);
        Launch(AttentionKernels.GradKeyValue, heads * shape.Keys, arguments, OnDevice(dk), OnDevice(dv), heads * shape.Keys);
    }

    /// <inheritdoc/>
    public void AttentionBiasGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, Tensor dbias) =>
        Launch(AttentionKernels.GradBias, dbias.Shape.Count, OnDevice(shape, mask, q, k, v, o, logSumExp, dO), View(dbias),
            dbias.Shape[0], dbias.Shape[1], dbias.Shape.Count);

    static HeadsOnDevice OnDevice(HeadView x) => new(View(x.Tensor), x.Start, x.BatchStride, x.TimeStride);

    // A kernel argument cannot be left out: where there are no lengths or no bias, it gets a view that it does not read.
    static AttentionOnDevice OnDevice(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO) => new()
    {
        Shape = shape, Q = OnDevice(q), K = OnDevice(k), V = OnDevice(v),
        O = OnDevice(o), GradO = OnDevice(dO), LogSumExp = View(logSumExp),
        HasKeyLengths = mask.KeyLengths is null ? 0 : 1,
        KeyLengths = mask.KeyLengths is { } lengths ? View(lengths) : Device(q.Tensor.Storage).View<int>(),
        HasBias = mask.Bias is null ? 0 : 1, Bias = View(mask.Bias ?? q.Tensor),
        BiasBatchStride = mask.BiasBatchStride, BiasHeadStride = mask.BiasHeadStride,
    };
}
