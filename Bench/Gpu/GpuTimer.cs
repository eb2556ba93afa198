using System.Diagnostics;
using NativeSsl.Bench.Measure;
using NativeSsl.Kernels;

namespace NativeSsl.Bench.Gpu;

/// <summary>Times calls on a GPU, whose work is done some time after a call returns: bursts of calls, from an idle device to an idle device.</summary>
static class GpuTimer
{
    const double BurstSeconds = 0.02;
    const int LeastBursts = 5;

    /// <summary>Microseconds of a call, the median over bursts. The launches are in it, where they are not hidden behind the work.</summary>
    public static double Measure(GpuBackend gpu, GpuRow row, double seconds)
    {
        Action[] calls = [.. Enumerable.Range(0, row.InputSets).Select(_ => row.Prepare(gpu))];
        int next = 0;
        double Burst(int count)
        {
            gpu.Synchronize();
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++) calls[next++ % calls.Length]();
            gpu.Synchronize();
            return Stopwatch.GetElapsedTime(start).TotalSeconds / count;
        }
        Burst(2);                                           // kernels are compiled
        int length = (int)Math.Clamp(BurstSeconds / Burst(2), 1, 200);
        Burst(length);
        List<double> times = [];
        long begin = Stopwatch.GetTimestamp();
        while (times.Count < LeastBursts || (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds && times.Count < 50)) times.Add(Burst(length));
        return 1e6 * Statistics.Median(times);
    }
}
