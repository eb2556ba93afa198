namespace NativeSsl.Kernels;

/// <summary>Which lines and steps a panel holds, and who of a team brings what of it: fours of neighbours, dealt out thread by thread.</summary>
/// <param name="threads">Of the team.</param>
/// <param name="width">Lines of a step; a power of two.</param>
/// <param name="steps">Of the panel; a multiple of eight.</param>
/// <param name="stepsOfCell">How many neighbouring steps of a line a thread has to have together.</param>
readonly struct PanelCut(int threads, int width, int steps, int stepsOfCell)
{
    /// <summary>1, 2 or 4; 0 if there are fewer than threads, and some bring nothing.</summary>
    public int FoursOfThread => width * steps / 4 / threads;

    /// <summary>Whether this thread brings its first four.</summary>
    public bool Brings => FoursOfThread > 0 || Group.IdxX < width * steps / 4;

    /// <summary>The first line of a thread's four. Two threads share a line where steps are neighbours: what they read fills a sector of memory.</summary>
    public int Line(int four, bool stepsAreNeighbours) => stepsAreNeighbours ? Place.Within(Dealt(four) / 2, width) : Place.Within(Pair(four), width / 4) * 4;

    /// <summary>The first step of a thread's four.</summary>
    public int Step(int four, bool stepsAreNeighbours) =>
        stepsAreNeighbours ? (Place.Within(Dealt(four), 2) + Dealt(four) / 2 / width * 2) * 4 : Pair(four) / (width / 4) * stepsOfCell + Place.Within(four, stepsOfCell);

    int Dealt(int four) => Group.IdxX + four * threads;

    int Pair(int four) => Group.IdxX + four / stepsOfCell * threads;
}

/// <summary>
/// What a thread brings of a panel, on its way from the device's memory: the next panel is read while this one is multiplied. What is beyond the edges is zero.
/// Places are worked out beyond the edges too: what does not depend on the step then need not be worked out for each.
/// </summary>
struct PanelShare
{
    public Float4 A, B, C, D;

    /// <param name="lines">From where.</param>
    /// <param name="cut">Of the panel.</param>
    /// <param name="firstLine">The panel's first line.</param>
    /// <param name="lineEnd">Where lines end.</param>
    /// <param name="firstStep">The panel's first step.</param>
    /// <param name="stepEnd">Where steps end.</param>
    public static PanelShare Read<L>(L lines, PanelCut cut, int firstLine, int lineEnd, int firstStep, int stepEnd) where L : struct, ILines
    {
        PanelShare share = default;
        if (cut.Brings) share.A = Four(lines, cut, 0, firstLine, lineEnd, firstStep, stepEnd);
        if (cut.FoursOfThread > 1) share.B = Four(lines, cut, 1, firstLine, lineEnd, firstStep, stepEnd);
        if (cut.FoursOfThread > 2) share.C = Four(lines, cut, 2, firstLine, lineEnd, firstStep, stepEnd);
        if (cut.FoursOfThread > 2) share.D = Four(lines, cut, 3, firstLine, lineEnd, firstStep, stepEnd);
        return share;
    }

    static Float4 Four<L>(L lines, PanelCut cut, int four, int firstLine, int lineEnd, int firstStep, int stepEnd) where L : struct, ILines
    {
        int line = firstLine + cut.Line(four, lines.StepsAreNeighbours), step = firstStep + cut.Step(four, lines.StepsAreNeighbours);
        if (lines.ByFours)
        {
            long place = lines.Place(line, step);
            return line < lineEnd & step < stepEnd & place >= 0 ? lines.FourAt(place) : Float4.Of(0f);
        }
        int down = lines.StepsAreNeighbours ? 0 : 1, across = 1 - down;
        return new(One(lines, line, lineEnd, step, stepEnd), One(lines, line + down, lineEnd, step + across, stepEnd),
            One(lines, line + 2 * down, lineEnd, step + 2 * across, stepEnd), One(lines, line + 3 * down, lineEnd, step + 3 * across, stepEnd));
    }

    /// <summary>One number; zero beyond the edges.</summary>
    internal static float One<L>(L lines, int line, int lineEnd, int step, int stepEnd) where L : struct, ILines
    {
        long place = lines.Place(line, step);
        return line < lineEnd & step < stepEnd & place >= 0 ? lines.At(place) : 0f;
    }
}
