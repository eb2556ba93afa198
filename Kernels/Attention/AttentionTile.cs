namespace NativeSsl.Kernels;

/// <summary>What the blocked kernels do with the tile of a team.</summary>
static class AttentionTile<T> where T : struct, ISmallTiling
{
    /// <summary>Steps of a panel. It divides the columns of a tile.</summary>
    internal const int StepsAtOnce = 16;

    // For the largest tiling, as ILGPU wants constants.
    const int MostLines = 64;
    internal const int MostPanel = StepsAtOnce * (MostLines + Panels<T>.Pad), MostWeights = MostLines * (MostLines + Panels<T>.Pad), MostSums = 64, MostRows = MostLines;

    /// <summary>sums[i,j] = Σ left[i] · right[j] over the width of the heads, for a block of times on either side.</summary>
    public static void Products(HeadOnDevice<Float32Numbers> left, int firstRow, int rowEnd, HeadOnDevice<Float32Numbers> right, int firstColumn, int columnEnd, int width,
        Floats leftPanel, Floats rightPanel, float[] sums)
    {
        Sums<T>.Each(sums, default(Cleared));
        for (int next = 0; next < width + StepsAtOnce; next += StepsAtOnce)
        {
            PanelShare leftShare = PanelShare.Read(new HeadByTime<Float32Numbers>(left), Panels<T>.Cut(T.Rows, StepsAtOnce), firstRow, rowEnd, next, width);
            PanelShare rightShare = PanelShare.Read(new HeadByTime<Float32Numbers>(right), Panels<T>.Cut(T.Columns, StepsAtOnce), firstColumn, columnEnd, next, width);
            if (next > 0) Panels<T>.Multiply(leftPanel, 0, rightPanel, StepsAtOnce, sums);
            Group.Barrier();
            Panels<T>.Put(leftPanel, leftShare, true, T.Rows, StepsAtOnce);
            Panels<T>.Put(rightPanel, rightShare, true, T.Columns, StepsAtOnce);
            Group.Barrier();
        }
    }

    /// <summary>sums[i,·] += Σⱼ weights[i,j] head[j,·] over the block of times that starts at <paramref name="firstTime"/>, for a slice of the width.</summary>
    public static void Mix(Floats weights, HeadOnDevice<Float32Numbers> head, int firstTime, int timeEnd, int slice, int width, Floats panel, float[] sums)
    {
        for (int next = 0; next < T.Columns + StepsAtOnce; next += StepsAtOnce)
        {
            int stepEnd = timeEnd < firstTime + T.Columns ? timeEnd : firstTime + T.Columns;
            PanelShare share = PanelShare.Read(new HeadByPlace<Float32Numbers>(head), Panels<T>.Cut(T.Columns, StepsAtOnce), slice * T.Columns, width, firstTime + next, stepEnd);
            if (next > 0) Panels<T>.Multiply(weights, next - StepsAtOnce, panel, StepsAtOnce, sums);
            Group.Barrier();
            Panels<T>.Put(panel, share, false, T.Columns, StepsAtOnce);
            Group.Barrier();
        }
    }

    /// <summary>Writes a tile to its block of times and slice of the width.</summary>
    public static void Write(float[] sums, HeadOnDevice<Float32Numbers> head, int firstTime, int timeEnd, int slice, int width) =>
        Sums<T>.Each(sums, new WrittenToHead<T>(head, firstTime, timeEnd, slice, width));
}

/// <summary>Hands sums to a block of times and a slice of the width.</summary>
readonly struct WrittenToHead<T>(HeadOnDevice<Float32Numbers> head, int firstTime, int timeEnd, int slice, int width) : ISumChange where T : struct, ISmallTiling
{
    public Float4 Of(Float4 sums, int i, int j)
    {
        int time = firstTime + Panels<T>.Row(i), place = slice * T.Columns + Panels<T>.Column(j);
        Write(time, place, sums.A);
        Write(time, place + 1, sums.B);
        Write(time, place + 2, sums.C);
        Write(time, place + 3, sums.D);
        return sums;
    }

    void Write(int time, int place, float sum)
    {
        HeadOnDevice<Float32Numbers> target = head;
        if (time < timeEnd & place < width) target[time, place] = sum;
    }
}

/// <summary>Lines of a product over the width of heads: a time to each line.</summary>
readonly struct HeadByTime<E>(HeadOnDevice<E> head) : ILines where E : struct, INumbers
{
    public bool StepsAreNeighbours => true;
    public bool ByFours => head.ByFours;
    public float At(long place) => head.Numbers.At(place);
    public Float4 FourAt(long place) => head.Numbers.FourAt(place / 4);
    public long Place(int line, int step) => head.Place(line, step);
}

/// <summary>Lines of a product over times: a place of the width to each line.</summary>
readonly struct HeadByPlace<E>(HeadOnDevice<E> head) : ILines where E : struct, INumbers
{
    public bool StepsAreNeighbours => false;
    public bool ByFours => head.ByFours;
    public float At(long place) => head.Numbers.At(place);
    public Float4 FourAt(long place) => head.Numbers.FourAt(place / 4);
    public long Place(int line, int step) => head.Place(step, line);
}
