namespace NativeSsl.Kernels;

/// <summary>
/// What a team multiplies: a few steps of all lines of its tile, brought into shared memory, where all threads read them, four floats at a time. A step's lines
/// are neighbours; steps are four floats further apart than that, so that threads which write neighbouring steps do not wait for the same bank of memory.
/// </summary>
static class Panels<T> where T : struct, ITiling
{
    internal const int Pad = 4;
    const int StepsWrittenOut = 4;

    /// <summary>How a panel of so many lines and steps is brought.</summary>
    public static PanelCut Cut(int width, int steps) => new(T.Threads, width, steps, 1);

    /// <summary>Puts what a thread has brought into the panel.</summary>
    /// <param name="panel">The shared memory, of steps · (<paramref name="width"/> + <see cref="Pad"/>) floats.</param>
    /// <param name="share">As <see cref="PanelShare.Read"/> brought it.</param>
    /// <param name="stepsAreNeighbours">As it was brought.</param>
    /// <param name="width">Lines of a step.</param>
    /// <param name="steps">Of the panel.</param>
    public static void Put(Floats panel, PanelShare share, bool stepsAreNeighbours, int width, int steps)
    {
        PanelCut cut = Cut(width, steps);
        if (cut.Brings) PutFour(panel, share.A, cut, 0, stepsAreNeighbours, width);
        if (cut.FoursOfThread > 1) PutFour(panel, share.B, cut, 1, stepsAreNeighbours, width);
        if (cut.FoursOfThread > 2) PutFour(panel, share.C, cut, 2, stepsAreNeighbours, width);
        if (cut.FoursOfThread > 2) PutFour(panel, share.D, cut, 3, stepsAreNeighbours, width);
    }

    static void PutFour(Floats panel, Float4 four, PanelCut cut, int index, bool stepsAreNeighbours, int width)
    {
        int place = cut.Step(index, stepsAreNeighbours) * (width + Pad) + cut.Line(index, stepsAreNeighbours);
        if (!stepsAreNeighbours)
        {
            Float4.Set(panel, place / 4, four);
            return;
        }
        panel[place] = four.A;
        panel[place + width + Pad] = four.B;
        panel[place + 2 * (width + Pad)] = four.C;
        panel[place + 3 * (width + Pad)] = four.D;
    }

    /// <summary>
    /// sums[i,j] += Σ left[·,i] right[·,j], in the order of the steps, over the lines of one thread. The sums are named one by one: a loop over them that the
    /// assembler does not unroll would leave them in memory.
    /// </summary>
    /// <param name="left">A panel of <see cref="ITiling.Rows"/> lines.</param>
    /// <param name="leftStep">Its first step to be taken.</param>
    /// <param name="right">A panel of <see cref="ITiling.Columns"/> lines, from its first step.</param>
    /// <param name="steps">How many steps; a multiple of four.</param>
    /// <param name="sums">Side × Side.</param>
    public static void Multiply(Floats left, int leftStep, Floats right, int steps, float[] sums)
    {
        ArrayView<Float4> leftFours = left.Cast<Float4>(), rightFours = right.Cast<Float4>();
        int ofLeft = leftStep * (T.Rows + Pad) / 4 + Down, ofRight = Across;
        for (int k = 0; k < steps; k += StepsWrittenOut)
        {
            // At fixed distances from one place each: the assembler then adds nothing for what is read.
            ArrayView<Float4> down = leftFours.SubView(ofLeft), across = rightFours.SubView(ofRight);
            AddStep(down, across, 0, sums);
            AddStep(down, across, 1, sums);
            AddStep(down, across, 2, sums);
            AddStep(down, across, 3, sums);
            ofLeft += StepsWrittenOut * OneDown;
            ofRight += StepsWrittenOut * OneAcross;
        }
    }

    // From a step to the next, in fours.
    static int OneDown => (T.Rows + Pad) / 4;
    static int OneAcross => (T.Columns + Pad) / 4;

    static void AddStep(ArrayView<Float4> down, ArrayView<Float4> across, int step, float[] sums)
    {
        Float4 near = across[step * OneAcross], far = T.Side > 4 ? across[step * OneAcross + T.Columns / T.Side] : near;
        AddRows(sums, 0, down[step * OneDown], near, far);
        if (T.Side > 4) AddRows(sums, 4, down[step * OneDown + T.Rows / T.Side], near, far);
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
    public static int Row(int i) => LineOf(i, T.Rows, Down);

    /// <summary>The column of the tile that is a thread's j-th.</summary>
    public static int Column(int j) => LineOf(j, T.Columns, Across);

    /// <summary>Puts a thread's part of a tile into a panel whose steps are the tile's columns.</summary>
    public static void Store(float[] sums, Floats panel)
    {
        StoreColumn(sums, panel, 0);
        StoreColumn(sums, panel, 1);
        StoreColumn(sums, panel, 2);
        StoreColumn(sums, panel, 3);
        if (T.Side > 4) StoreColumn(sums, panel, 4);
        if (T.Side > 4) StoreColumn(sums, panel, 5);
        if (T.Side > 4) StoreColumn(sums, panel, 6);
        if (T.Side > 4) StoreColumn(sums, panel, 7);
    }

    static void StoreColumn(float[] sums, Floats panel, int j)
    {
        StoreFour(sums, panel, 0, j);
        if (T.Side > 4) StoreFour(sums, panel, 4, j);
    }

    static void StoreFour(float[] sums, Floats panel, int i, int j) => Float4.Set(panel, (Column(j) * (T.Rows + Pad) + Row(i)) / 4,
        new(sums[i * T.Side + j], sums[(i + 1) * T.Side + j], sums[(i + 2) * T.Side + j], sums[(i + 3) * T.Side + j]));

    static int Down => Group.IdxX / (T.Columns / T.Side);

    static int Across => Place.Within(Group.IdxX, T.Columns / T.Side);

    // A thread's lines come in fours, and its fours are as far apart as they can be: neighbouring threads read neighbouring fours.
    static int LineOf(int i, int lines, int thread) => i / 4 * (4 * lines / T.Side) + 4 * thread + Place.Within(i, 4);
}
