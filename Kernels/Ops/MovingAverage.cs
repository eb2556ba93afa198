namespace NativeSsl.Kernels;

/// <summary>A team to each piece of a tensor.</summary>
static class MovingAverageKernels
{
    public static void Step(Floats values, Floats averages, Ints pieces, Floats momentum)
    {
        int value = pieces[3 * Grid.IdxX], average = pieces[3 * Grid.IdxX + 1], length = pieces[3 * Grid.IdxX + 2];
        float stays = momentum[0];
        for (int i = Group.IdxX; i < length; i += Group.DimX)
            averages[average + i] = MovingAverageFormula.Next(new Scalar(averages[average + i]), new Scalar(values[value + i]), stays).Value;
    }
}

public sealed partial class GpuBackend
{
    /// <inheritdoc/>
    public void MovingAverage(Tensor values, Tensor averages, Indices pieces, Tensor momentum) =>
        Launch(MovingAverageKernels.Step, Teams(pieces.Shape[0], Math.Min(averages.Shape.Count, MemoryPieces.Most)), View(values), View(averages), View(pieces), View(momentum));
}
