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
        AttentionKernels.Exp(Score(batch, head, query, key) - LogSumExp[Shape.Row(batch, head, query)]);

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
