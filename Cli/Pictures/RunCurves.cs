namespace NativeSsl.Cli.Pictures;

/// <summary>The diary of a run as curves: its loss beside what chance would show, and its health below.</summary>
static class RunCurves
{
    const int Width = 720, Panel = 190, Left = 60, Right = 20, Top = 30, Gap = 50;

    // Names of the diary, panel by panel; what a run does not have is left out.
    static readonly (string Title, string[] Names)[] Panels =
    [
        ("loss", ["loss", "validationLoss"]),
        ("loss less chance", ["overChance"]),
        ("spread, times √d", ["featuresSpread", "projectionsSpread"]),
        ("rank (RankMe)", ["featuresRank", "projectionsRank"]),
        ("gradient norm", ["gradientNorm"]),
        ("update, in lengths of the weights", ["updateRatio"]),
    ];

    internal static void Save(string path, IReadOnlyList<MetricsLine> lines)
    {
        (string Title, (string Name, (long Step, double Value)[] Points)[] Curves)[] panels = [.. Panels
            .Select(panel => (panel.Title, Curves: panel.Names.Select(name => (Name: name, Points: Of(lines, name))).Where(curve => curve.Points.Length > 1).ToArray()))
            .Where(panel => panel.Curves.Length > 0)];
        var svg = new Svg(Width, Top + panels.Length * (Panel + Gap));
        for (int i = 0; i < panels.Length; i++) Draw(svg, Top + i * (Panel + Gap), panels[i].Title, panels[i].Curves);
        svg.Save(path);
    }

    static (long Step, double Value)[] Of(IReadOnlyList<MetricsLine> lines, string name) =>
        [.. lines.Where(line => line.Values.TryGetValue(name, out double value) && double.IsFinite(value)).Select(line => (line.Step, line.Values[name]))];

    static void Draw(Svg svg, double top, string title, (string Name, (long Step, double Value)[] Points)[] curves)
    {
        double low = curves.Min(curve => curve.Points.Min(point => point.Value)), high = curves.Max(curve => curve.Points.Max(point => point.Value));
        double last = curves.Max(curve => curve.Points[^1].Step);
        if (high - low < 1e-9) (low, high) = (low - 1, high + 1);
        double X(double step) => Left + (Width - Left - Right) * step / last;
        double Y(double value) => top + Panel * (high - value) / (high - low);
        svg.Words(Left, top - 8, title);
        for (int tick = 0; tick <= 4; tick++)
        {
            double value = low + (high - low) * tick / 4;
            svg.Line(Left, Y(value), Width - Right, Y(value));
            svg.Words(Left - 6, Y(value) + 4, FormattableString.Invariant($"{value:G3}"), "end");
            svg.Words(X(last * tick / 4), top + Panel + 16, FormattableString.Invariant($"{last * tick / 4:F0}"), "middle");
        }
        for (int i = 0; i < curves.Length; i++)
        {
            svg.Polyline(curves[i].Points.Select(point => (X(point.Step), Y(point.Value))), Svg.Colours[i]);
            if (curves.Length > 1) svg.Words(Width - Right - 6, top + 14 + 15 * i, curves[i].Name, "end", Svg.Colours[i]);
        }
    }
}
