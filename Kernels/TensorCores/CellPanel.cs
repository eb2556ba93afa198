namespace NativeSsl.Kernels;

/// <summary>How what a thread has brought of some lines becomes cells in shared memory: those of a line's neighbouring steps a pitch apart, those of neighbouring lines beside each other.</summary>
static class CellPanel<M> where M : struct, ITensorCore
{
    /// <summary>Rounds, and puts away.</summary>
    /// <param name="panel">Shared memory; where its first step's cells begin.</param>
    /// <param name="share">What was brought.</param>
    /// <param name="cut">How it was dealt out.</param>
    /// <param name="stepsAreNeighbours">As it was brought.</param>
    /// <param name="pitch">From a cell of a line to its next one; a multiple of four.</param>
    public static void Put(ArrayView<int> panel, PanelShare share, PanelCut cut, bool stepsAreNeighbours, int pitch)
    {
        PutPair(panel, share.A, share.B, cut, 0, stepsAreNeighbours, pitch);
        if (cut.FoursOfThread > 2) PutPair(panel, share.C, share.D, cut, 2, stepsAreNeighbours, pitch);
    }

    static void PutPair(ArrayView<int> panel, Float4 first, Float4 second, PanelCut cut, int four, bool stepsAreNeighbours, int pitch)
    {
        int place = PlaceOf(cut, four, stepsAreNeighbours, pitch), next = PlaceOf(cut, four + 1, stepsAreNeighbours, pitch);
        if (stepsAreNeighbours)
        {
            PutSteps(panel, first, place, pitch);
            PutSteps(panel, second, next, pitch);
        }
        else if (M.StepsOfCell > 1) Set(panel, place, first, second);           // two steps of the same four lines
        else
        {
            Set(panel, place, first, first);
            Set(panel, next, second, second);
        }
    }

    static void PutSteps(ArrayView<int> panel, Float4 four, int place, int pitch)
    {
        panel[place] = M.Cell(four.A, four.B);
        panel[place + pitch] = M.StepsOfCell > 1 ? M.Cell(four.C, four.D) : M.Cell(four.B, four.B);
        if (M.StepsOfCell > 1) return;
        panel[place + 2 * pitch] = M.Cell(four.C, four.C);
        panel[place + 3 * pitch] = M.Cell(four.D, four.D);
    }

    static void Set(ArrayView<int> panel, int place, Float4 first, Float4 second) => Float4.Set(panel.Cast<float>(), place / 4,
        new(Cell(first.A, second.A), Cell(first.B, second.B), Cell(first.C, second.C), Cell(first.D, second.D)));

    // Four of them are stored at once, which floats can be.
    static float Cell(float first, float second) => BitConverter.Int32BitsToSingle(M.Cell(first, second));

    static int PlaceOf(PanelCut cut, int four, bool stepsAreNeighbours, int pitch) => cut.Step(four, stepsAreNeighbours) / M.StepsOfCell * pitch + cut.Line(four, stepsAreNeighbours);
}
