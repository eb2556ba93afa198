namespace NativeSsl.Kernels;

/// <summary>Lines of numbers that are multiplied with other lines, step by step: the rows of a left factor, or the columns of a right one.</summary>
interface ILines
{
    float At(int line, int step);
}

/// <summary>
/// What a team multiplies: a few steps of all lines of its tile, brought into shared memory, where all threads read them, four floats at a time. A step's lines
/// are neighbours; steps are four floats further apart than that, so that threads which write neighbouring steps do not wait for the same bank of memory.
/// </summary>
static class Panels<T> where T : struct, ITiling
{
    internal const int Pad = 4;

    /// <summary>Brings steps of lines; what is beyond the edges is zero.</summary>
    /// <param name="panel">The shared memory, of <paramref name="steps"/> · (<paramref name="width"/> + <see cref="Pad"/>) floats.</param>
    /// <param name="lines">From where.</param>
    /// <param name="stepsAreNeighbours">In the device's memory; lines are otherwise. Neighbouring threads read neighbouring places.</param>
    /// <param name="width">Lines of a step.</param>
    /// <param name="steps">Of the panel.</param>
    /// <param name="firstLine">The first line.</param>
    /// <param name="lineEnd">Where lines end.</param>
    /// <param name="firstStep">The first step.</param>
    /// <param name="stepEnd">Where steps end.</param>
    public static void Fill<L>(Floats panel, L lines, bool stepsAreNeighbours, int width, int steps, int firstLine, int lineEnd, int firstStep, int stepEnd)
        where L : struct, ILines
    {
        for (int i = Group.IdxX; i < width * steps; i += T.Threads)
        {
            int line = stepsAreNeighbours ? i / steps : i % width, step = stepsAreNeighbours ? i % steps : i / width;
            bool inside = firstLine + line < lineEnd && firstStep + step < stepEnd;
            panel[step * (width + Pad) + line] = inside ? lines.At(firstLine + line, firstStep + step) : 0f;
        }
    }

    /// <summary>
    /// sums[i,j] += Σ left[·,i] right[·,j], in the order of the steps, over the lines of one thread. The sums are named one by one: a loop over them that the
    /// assembler does not unroll would leave them in memory.
    /// </summary>
    /// <param name="left">A panel of <see cref="ITiling.Rows"/> lines.</param>
    /// <param name="leftStep">Its first step to be taken.</param>
    /// <param name="right">A panel of <see cref="ITiling.Columns"/> lines, from its first step.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="sums">Side × Side.</param>
    public static void Multiply(Floats left, int leftStep, Floats right, int steps, float[] sums)
    {
        ArrayView<Float4> leftFours = left.Cast<Float4>(), rightFours = right.Cast<Float4>();
        int ofLeft = leftStep * (T.Rows + Pad) / 4 + Down, ofRight = Across;
        for (int k = 0; k < steps; k++)
        {
            Float4 near = rightFours[ofRight], far = T.Side > 4 ? rightFours[ofRight + T.Columns / T.Side] : near;
            AddRows(sums, 0, leftFours[ofLeft], near, far);
            if (T.Side > 4) AddRows(sums, 4, leftFours[ofLeft + T.Rows / T.Side], near, far);
            ofLeft += (T.Rows + Pad) / 4;
            ofRight += (T.Columns + Pad) / 4;
        }
    }

    static void AddRows(float[] sums, int row, Float4 left, Float4 near, Float4 far)
    {
        AddRow(sums, row, left.A, near, far);
        AddRow(sums, row + 1, left.B, near, far);
        AddRow(sums, row + 2, left.C, near, far);
        AddRow(sums, row + 3, left.D, near, far);
    }

    static void AddRow(float[] sums, int row, float left, Float4 near, Float4 far)
    {
        AddFour(sums, row * T.Side, left, near);
        if (T.Side > 4) AddFour(sums, row * T.Side + 4, left, far);
    }

    static void AddFour(float[] sums, int place, float left, Float4 right)
    {
        sums[place] += left * right.A;
        sums[place + 1] += left * right.B;
        sums[place + 2] += left * right.C;
        sums[place + 3] += left * right.D;
    }

    /// <summary>The row of the tile that is a thread's i-th.</summary>
    public static int Row(int i) => Place(i, T.Rows, Down);

    /// <summary>The column of the tile that is a thread's j-th.</summary>
    public static int Column(int j) => Place(j, T.Columns, Across);

    /// <summary>Sums of nothing.</summary>
    public static void Clear(float[] sums)
    {
        for (int i = 0; i < T.Side * T.Side; i++) sums[i] = 0f;
    }

    /// <summary>Puts a thread's part of a tile into a panel whose steps are the tile's columns.</summary>
    public static void Store(float[] sums, Floats panel)
    {
        ArrayView<Float4> fours = panel.Cast<Float4>();
        for (int j = 0; j < T.Side; j++)
            for (int i = 0; i < T.Side; i += 4)
                fours[(Column(j) * (T.Rows + Pad) + Row(i)) / 4] = new Float4
                {
                    A = sums[i * T.Side + j], B = sums[(i + 1) * T.Side + j], C = sums[(i + 2) * T.Side + j], D = sums[(i + 3) * T.Side + j],
                };
    }

    static int Down => Group.IdxX / (T.Columns / T.Side);

    static int Across => Group.IdxX % (T.Columns / T.Side);

    // A thread's lines come in fours, and its fours are as far apart as they can be: neighbouring threads read neighbouring fours.
    static int Place(int i, int lines, int thread) => i / 4 * (4 * lines / T.Side) + 4 * thread + i % 4;
}
