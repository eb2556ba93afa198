using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Runs of one kind that differ in their seed, which draws first values, batches and masks: mean and 95 % interval (Student's t) of what is measured, and what one of them takes.</summary>
/// <param name="count">How many.</param>
/// <param name="done">Where runs that are done are kept; nowhere if null.</param>
sealed class SeedRuns(int count, DoneRuns? done = null)
{
    /// <summary>Five, kept as they are done; or two in a hurry. Runs with arguments are trials, and not kept.</summary>
    public static SeedRuns For(string[] arguments, Report report) => new(arguments.Contains("--quick") ? 2 : 5, arguments.Length == 0 ? report.Resume() : null);

    public int Count => count;

    /// <summary>One run, kept likewise.</summary>
    public SeedRuns Single => new(1, done);

    /// <summary>Runs them all, but for those that are done.</summary>
    /// <param name="name">Their name in the study.</param>
    /// <param name="run">Told what to add to the seed; returns its figures and its cost.</param>
    /// <returns>Each figure over all runs, and the cost of one.</returns>
    public (Score[] Figures, Cost Each) Of(string name, Func<int, (double[] Figures, Cost Cost)> run) =>
        Of(seed => done is null ? run(seed) : done.Of($"{name}, seed {seed}", () => run(seed)));

    /// <summary>Runs them all always, for a study that needs more of them than their figures.</summary>
    public (Score[] Figures, Cost Each) Of(Func<int, (double[] Figures, Cost Cost)> run)
    {
        var all = new double[count][];
        Cost cost = new(0, 0);
        for (int seed = 0; seed < count; seed++)
        {
            (all[seed], Cost took) = run(seed);
            cost += took;
        }
        return ([.. Enumerable.Range(0, all[0].Length).Select(figure => Score.Of([.. all.Select(figures => figures[figure])]))], new(cost.Seconds / count, cost.Flops / count, cost.SamplesSeen / count));
    }

    /// <summary>“mean ± half width”.</summary>
    public static string Show(Score score, string format = "F1") => score.Mean.ToString(format, CultureInfo.InvariantCulture) + (score.HalfWidth is { } half ? $" ± {half.ToString(format, CultureInfo.InvariantCulture)}" : "");

    public static string Seconds(Cost cost) => cost.Seconds > 0 ? cost.Seconds.ToString("F0", CultureInfo.InvariantCulture) : "";

    public static string TeraFlops(Cost cost, string format = "F0") => cost.Flops > 0 ? (cost.Flops.Value / 1e12).ToString(format, CultureInfo.InvariantCulture) : "";
}
