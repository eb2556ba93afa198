namespace NativeSsl.Kernels;

/// <summary>Heads in device memory: see <see cref="HeadView"/>.</summary>
readonly struct HeadsOnDevice<E>(E numbers, long start, long batchStride, long timeStride, int byFours) where E : struct, INumbers
{
    /// <summary>One head of one sample.</summary>
    public HeadOnDevice<E> Of(int batch, int head, int width) => new(numbers, start + batch * batchStride + (long)head * width, timeStride, byFours);
}

/// <summary>One head of one sample: numbers by time and place.</summary>
readonly struct HeadOnDevice<E>(E numbers, long start, long timeStride, int byFours) where E : struct, INumbers
{
    public bool ByFours => byFours != 0;
    public E Numbers => numbers;
    public long Place(int time, int i) => start + time * timeStride + i;

    public float this[int time, int i]
    {
        get => numbers.At(Place(time, i));
        set => numbers.Set(Place(time, i), value);
    }

    /// <summary>Σ of the products of what two heads have at their times.</summary>
    public static float Dot<T>(HeadOnDevice<E> x, int xTime, HeadOnDevice<T> y, int yTime, int width) where T : struct, INumbers
    {
        float dot = 0f;
        for (int i = 0; i < width; i++) dot += x[xTime, i] * y[yTime, i];
        return dot;
    }
}

/// <summary>Everything that decides a probability and its gradient.</summary>
/// <remarks>Gradients are always Float32; the rest is of one format.</remarks>
readonly struct AttentionOnDevice<E> where E : struct, INumbers
{
    public AttentionShape Shape { get; init; }
    public HeadsOnDevice<E> Q { get; init; }
    public HeadsOnDevice<E> K { get; init; }
    public HeadsOnDevice<E> V { get; init; }
    public HeadsOnDevice<E> O { get; init; }
    public HeadsOnDevice<Float32Numbers> GradO { get; init; }
    /// <summary>L, by row.</summary>
    public Floats LogSumExp { get; init; }
    /// <summary>D[i] = Σ dO[i] O[i], by row; the backward pass alone has it.</summary>
    public Floats Delta { get; init; }
    public int HasKeyLengths { get; init; }
    public Ints KeyLengths { get; init; }
    public int HasBias { get; init; }
    public Floats Bias { get; init; }
    public long BiasBatchStride { get; init; }
    public long BiasHeadStride { get; init; }
    /// <summary>One number, added to the stream of random numbers (<see cref="GpuRecorder"/>).</summary>
    public ArrayView<ulong> Later { get; init; }

    public int Visible(int batch, int query) => Shape.Visible(query, HasKeyLengths != 0 ? KeyLengths[batch] : Shape.Keys);

    // S[i,j] = scale · Σ q k + bias
    public float Score(int batch, int head, int query, int key, float dot)
    {
        dot *= Shape.Scale;
        return HasBias == 0 ? dot : dot + Bias[batch * BiasBatchStride + head * BiasHeadStride + (long)query * Shape.Keys + key];
    }

    /// <summary>The random numbers that decide on four neighbouring keys.</summary>
    public (uint A, uint B, uint C, uint D) Draw(int batch, int head, int query, int key) =>
        Philox.Block(Shape.Seed, Shape.Stream + Later[0], AttentionShape.Counter(Shape.Row(batch, head, query), key));

    // M[i,j], by what was drawn for the four keys of which this is one
    public float Kept((uint A, uint B, uint C, uint D) drawn, int key)
    {
        int lane = key & 3;
        return Shape.Kept(lane == 0 ? drawn.A : lane == 1 ? drawn.B : lane == 2 ? drawn.C : drawn.D);
    }
}
