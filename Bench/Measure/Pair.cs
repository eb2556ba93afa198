using System.Diagnostics;

namespace NativeSsl.Bench.Measure;

/// <summary>Times of two programs that took turns, in microseconds per call, and the ratios of neighbouring turns.</summary>
sealed class Pair
{
    // A library's threads spin for some milliseconds after its last call, and would slow down the other one's first calls.
    const int PauseMilliseconds = 12;

    readonly List<double> _ours = [], _theirs = [], _ratios = [];

    public double Ours => Statistics.Median(_ours);
    public double Theirs => Statistics.Median(_theirs);
    public double OursTenth => Statistics.Quantile(_ours, 0.1);
    public double TheirsTenth => Statistics.Quantile(_theirs, 0.1);

    /// <summary>The median over turns of ours / theirs; both halves of a turn met the same noise.</summary>
    public double Ratio => Statistics.Median(_ratios);

    /// <summary>The ratio of the tenth percentiles: what a quiet machine would say.</summary>
    public double RatioTenth => OursTenth / TheirsTenth;

    /// <summary>The middle half of the ratios lies between these.</summary>
    public (double Low, double High) Quartiles => (Statistics.Quantile(_ratios, 0.25), Statistics.Quantile(_ratios, 0.75));

    /// <summary>The same, a call being so many of something.</summary>
    public Pair Per(int count)
    {
        var each = new Pair();
        each._ours.AddRange(_ours.Select(time => time / count));
        each._theirs.AddRange(_theirs.Select(time => time / count));
        each._ratios.AddRange(_ratios);
        return each;
    }

    public int Turns => _ratios.Count;

    /// <summary>
    /// Lets both warm up, then measures in turns (ours, theirs; theirs, ours; …), each turn a burst of calls after a pause and a warm-up call,
    /// until the median ratio is known to about one per cent or the time is used up.
    /// </summary>
    public static Pair Measure(Action ours, Action theirs, double seconds = 2)
    {
        WarmUp(ours, seconds);
        WarmUp(theirs, seconds);
        GC.Collect();
        var pair = new Pair();
        double ourTime = Best(ours), theirTime = Best(theirs);
        long start = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < 10 || (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds && pair.Uncertainty > 0.004); turn++)
        {
            double a, b;
            if (turn % 2 == 0) { a = Burst(ours, ourTime, pair._ours); b = Burst(theirs, theirTime, pair._theirs); }
            else { b = Burst(theirs, theirTime, pair._theirs); a = Burst(ours, ourTime, pair._ours); }
            pair._ratios.Add(a / b);
            if (turn >= 6 && Stopwatch.GetElapsedTime(start).TotalSeconds > 2 * seconds) break;
        }
        return pair;
    }

    // The standard error of a median of n numbers is about 1.25 σ / √n, and σ about 0.74 of the distance between the quartiles.
    double Uncertainty => Turns < 10 ? 1 : 1.25 * 0.74 * (Quartiles.High - Quartiles.Low) / Math.Sqrt(Turns) / Ratio;

    // Caches, pools, branch predictors, a library's own choices of kernels; and, where the runtime compiles in tiers, its pauses.
    static void WarmUp(Action action, double seconds)
    {
        double stage = Math.Clamp(seconds / 4, 0.1, 2), before = double.MaxValue;
        for (int stages = 1; stages <= 10; stages++)
        {
            double best = double.MaxValue;
            long start = Stopwatch.GetTimestamp();
            for (int call = 0; call < 60 && (call < 2 || Stopwatch.GetElapsedTime(start).TotalSeconds < stage); call++) best = Math.Min(best, Once(action));
            if (stages >= 2 && best > 0.93 * before) return;
            before = Math.Min(before, best);
            Thread.Sleep(50);
        }
    }

    static double Once(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    static double Best(Action action) => Math.Max(0.02, Enumerable.Range(0, 3).Min(_ => Once(action)));

    const double Slow = 200_000;

    // Six milliseconds of calls, three at least, or one slow call; calls shorter than the clock can tell are timed in groups.
    static double Burst(Action action, double microseconds, List<double> times)
    {
        int group = Math.Max(1, (int)(20 / microseconds)), groups = Math.Clamp((int)(6000 / (microseconds * group)), microseconds > Slow ? 1 : 3, 300);
        Thread.Sleep(PauseMilliseconds);
        long warm = Stopwatch.GetTimestamp();
        if (microseconds < Slow) do action(); while (Stopwatch.GetElapsedTime(warm).TotalMilliseconds < 1);
        double[] burst = new double[groups];
        for (int i = 0; i < groups; i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int call = 0; call < group; call++) action();
            burst[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds / group;
        }
        times.AddRange(burst);
        return Statistics.Median(burst);
    }
}

static class Statistics
{
    public static double Median(IReadOnlyCollection<double> values) => Quantile(values, 0.5);

    public static double Quantile(IReadOnlyCollection<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }
}
