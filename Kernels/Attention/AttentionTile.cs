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
    public static void Products(HeadOnDevice left, int firstRow, int rowEnd, HeadOnDevice right, int firstColumn, int columnEnd, int width,
        Floats leftPanel, Floats rightPanel, float[] sums)
    {
        Panels<T>.Clear(sums);
        for (int step = 0; step < width; step += StepsAtOnce)
        {
            Panels<T>.Fill(leftPanel, new HeadByTime(left), true, T.Rows, StepsAtOnce, firstRow, rowEnd, step, width);
            Panels<T>.Fill(rightPanel, new HeadByTime(right), true, T.Columns, StepsAtOnce, firstColumn, columnEnd, step, width);
            Group.Barrier();
            Panels<T>.Multiply(leftPanel, 0, rightPanel, StepsAtOnce, sums);
            Group.Barrier();
        }
    }

    /// <summary>sums[i,·] += Σⱼ weights[i,j] head[j,·] over the block of times that starts at <paramref name="firstTime"/>, for a slice of the width.</summary>
    public static void Mix(Floats weights, HeadOnDevice head, int firstTime, int timeEnd, int slice, int width, Floats panel, float[] sums)
    {
        for (int step = 0; step < T.Columns; step += StepsAtOnce)
        {
            Panels<T>.Fill(panel, new HeadByPlace(head), false, T.Columns, StepsAtOnce, slice * T.Columns, width, firstTime + step, timeEnd);
            Group.Barrier();
            Panels<T>.Multiply(weights, step, panel, StepsAtOnce, sums);
            Group.Barrier();
        }
    }

    /// <summary>Writes a tile to its block of times and slice of the width.</summary>
    public static void Write(float[] sums, HeadOnDevice head, int firstTime, int timeEnd, int slice, int width)
    {
        for (int i = 0; i < T.Side; i++)
            for (int j = 0; j < T.Side; j++)
            {
                int time = firstTime + Panels<T>.Row(i), place = slice * T.Columns + Panels<T>.Column(j);
                if (time < timeEnd && place < width) head[time, place] = sums[i * T.Side + j];
            }
    }
}

/// <summary>Lines of a product over the width of heads: a time to each line.</summary>
readonly struct HeadByTime(HeadOnDevice head) : ILines
{
    public float At(int line, int step) => head[line, step];
}

/// <summary>Lines of a product over times: a place of the width to each line.</summary>
readonly struct HeadByPlace(HeadOnDevice head) : ILines
{
    public float At(int line, int step) => head[step, line];
}
