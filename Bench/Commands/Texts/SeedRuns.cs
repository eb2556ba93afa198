using System.Globalization;

namespace NativeSsl.Bench.Commands.Texts;

/// <summary>Runs of one kind that differ in their seed, which draws first values, batches and masks: mean and 95 % interval (Student's t) of what is measured, and what one of them takes.</summary>
/// <param name="count">How many.</param>
sealed class SeedRuns(int count)
{
    /// <summary>Five, or two in a hurry.</summary>
    public static SeedRuns For(string[] arguments) => new(arguments.Contains("--quick") ? 2 : 5);

    public int Count => count;

    /// <summary>Runs them all.</summary>
    /// <param name="run">Told what to add to the seed; returns its figures and its cost.</param>
    /// <returns>Each figure over all runs, and the cost of one.</returns>
    public (Score[] Figures, Cost Each) Of(Func<int, (double[] Figures, Cost Cost)> run)
    {
        var all = new double[count][];
        Cost cost = new(0, 0);
        for (int seed = 0; seed < count; seed++)
        {
            (all[seed], Cost took) = run(seed);
            cost += took;
        }
        return ([.. Enumerable.Range(0, all[0].Length).Select(figure => Score.Of([.. all.Select(figures => figures[figure])]))], new(cost.Seconds / count, cost.Flops / count));
    }

    /// <summary>“mean ± half width”.</summary>
    public static string Show(Score score, string format = "F1") => score.Mean.ToString(format, CultureInfo.InvariantCulture) + (score.HalfWidth is { } half ? $" ± {half.ToString(format, CultureInfo.InvariantCulture)}" : "");

    public static string Seconds(Cost cost) => cost.Seconds > 0 ? cost.Seconds.ToString("F0", CultureInfo.InvariantCulture) : "";

    public static string TeraFlops(Cost cost, string format = "F0") => cost.Flops > 0 ? (cost.Flops.Value / 1e12).ToString(format, CultureInfo.InvariantCulture) : "";
}
