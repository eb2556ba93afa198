using System.Globalization;
using System.Text;

namespace NativeSsl.Bench.Measure;

/// <summary>Curves over the steps of a run, with level lines for controls, as an SVG that any browser shows.</summary>
static class Curve
{
    const int Width = 720, Height = 400, Left = 56, Right = 190, Top = 40, Bottom = 44;

    static readonly string[] Colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd"];

    public static void Write(string file, string title, int stepsApart, IReadOnlyList<(string Name, double[] Values)> curves, IReadOnlyList<(string Name, double Level)> controls)
    {
        double low = Math.Floor(curves.Min(curve => curve.Values.Min()) * 2) / 2, high = Math.Ceiling(curves.Max(curve => curve.Values.Max()) * 2) / 2;
        int points = curves.Max(curve => curve.Values.Length) - 1;
        double X(double point) => Left + (Width - Left - Right) * point / points;
        double Y(double value) => Top + (Height - Top - Bottom) * (high - value) / (high - low);

        var svg = new StringBuilder();
        void Add(FormattableString text) => svg.AppendLine(FormattableString.Invariant(text));
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        Add($"<text x=\"{Left}\" y=\"22\" font-size=\"15\">{title}</text>");
        for (double level = low; level <= high + 1e-9; level += 0.5)
        {
            Add($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(level):F1}\" y2=\"{Y(level):F1}\" stroke=\"#dddddd\"/>");
            Add($"<text x=\"{Left - 8}\" y=\"{Y(level) + 4:F1}\" text-anchor=\"end\">{level:F1}</text>");
        }
        for (int tick = 0; tick <= 4; tick++)
            Add($"<text x=\"{X(points * tick / 4.0):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{points * tick / 4 * stepsApart}</text>");
        Add($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">step</text>");
        foreach ((string name, double level) in controls)
        {
            Add($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(level):F1}\" y2=\"{Y(level):F1}\" stroke=\"#888888\" stroke-dasharray=\"5 4\"/>");
            Add($"<text x=\"{Width - Right + 8}\" y=\"{Y(level) + 4:F1}\" fill=\"#666666\">{name} {level:F2}</text>");
        }
        for (int i = 0; i < curves.Count; i++)
        {
            (string name, double[] values) = curves[i];
            string path = string.Join(' ', values.Select((value, point) => FormattableString.Invariant($"{X(point):F1},{Y(value):F1}")));
            Add($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{Colours[i % Colours.Length]}\" stroke-width=\"2\"/>");
            // Curves that end close together would write over each other: one name a line, under the right end.
            Add($"<text x=\"{X(points) - 8:F1}\" y=\"{Top + 14 + 16 * i}\" text-anchor=\"end\" fill=\"{Colours[i % Colours.Length]}\">{name}: {values[^1]:F3}</text>");
        }
        svg.AppendLine("</svg>");
        File.WriteAllText(file, svg.ToString());
    }
}
