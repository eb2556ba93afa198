using System.Globalization;
using NativeSsl.Bench.Measure;

namespace NativeSsl.Bench.Commands;

/// <summary>Whether scores without labels, taken along a run, say which checkpoint is better.</summary>
static class LabelFreeTable
{
    static readonly string[] Scores = ["loss", "alignment", "uniformity", "RankMe", "spread"];

    /// <param name="report">Where the table goes.</param>
    /// <param name="checkpoints">Of each: epoch, kNN-20 in per cent, and the scores.</param>
    public static void Add(Report report, List<double[]> checkpoints)
    {
        report.Text("Along the run: the mean loss of the latest epoch, and of test images alignment (of two views of training images), uniformity, RankMe and spread of the encoder's features.");
        report.Head(["epoch", "kNN-20, %", .. Scores]);
        foreach (double[] row in checkpoints)
            report.Row([.. row.Select((value, i) => value.ToString(i == 0 ? "0" : i == 1 ? "0.0" : "0.000", CultureInfo.InvariantCulture))]);
        report.EndTable();
        double[] Column(int column) => [.. checkpoints.Select(row => row[column])];
        report.Text("Spearman's rank correlation with kNN-20 over these checkpoints: " + string.Join(", ", Scores.Select((name, i) =>
            string.Create(CultureInfo.InvariantCulture, $"{name} {RankCorrelation.Spearman(Column(i + 2), Column(1)):F2}"))) + ".");
    }
}
