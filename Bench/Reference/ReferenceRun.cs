using System.Diagnostics;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Reference;

/// <summary>How long libtorch would take on this machine for the run that our seconds are held against.</summary>
static class ReferenceRun
{
    const int Steps = 56 * 39, WarmUp = 6, Measured = 24;

    /// <summary>Seconds of 56 epochs of 39 steps of three strided convolutions, views included, by the median of some steps.</summary>
    public static double Seconds()
    {
        Both.Begin([]);
        ContrastiveSize size = ContrastiveSize.Strided;
        using var model = new TorchSimClr(size, size.NewObjective(Both.Ours), channelsLast: true);
        var training = model.Training(ProceduralImages.Train(count: 1024));
        List<double> seconds = [];
        for (int step = 0; step < WarmUp + Measured; step++)
        {
            long start = Stopwatch.GetTimestamp();
            training.Step();
            if (step >= WarmUp) seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return Steps * Statistics.Median(seconds);
    }
}
