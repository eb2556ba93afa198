using System.Net;
using System.Text;

namespace NativeSsl.Cli.Pictures;

/// <summary>A picture of lines, dots, words and thumbnails that any browser shows. Numbers are written the same in every culture.</summary>
sealed class Svg
{
    internal static string[] Colours { get; } =
        ["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"];

    readonly StringBuilder _text = new();

    internal Svg(int width, int height)
    {
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">");
        Add($"<rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>");
    }

    void Add(FormattableString element) => _text.Append(FormattableString.Invariant(element)).Append('\n');

    internal void Line(double x1, double y1, double x2, double y2, string colour = "#dddddd", bool isDashed = false) =>
        Add($"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" stroke=\"{colour}\"{(isDashed ? " stroke-dasharray=\"5 4\"" : "")}/>");

    internal void Polyline(IEnumerable<(double X, double Y)> points, string colour) =>
        Add($"<polyline points=\"{string.Join(' ', points.Select(point => FormattableString.Invariant($"{point.X:F1},{point.Y:F1}")))}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>");

    internal void Dot(double x, double y, string colour) => Add($"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"2.2\" fill=\"{colour}\" fill-opacity=\"0.6\"/>");

    internal void Frame(double x, double y, double side, string colour) =>
        Add($"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{side:F1}\" height=\"{side:F1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");

    /// <param name="x">Where it begins, ends or has its middle.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="words">The text.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    /// <param name="colour">Its colour.</param>
    internal void Words(double x, double y, string words, string anchor = "start", string colour = "#333333") =>
        Add($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{WebUtility.HtmlEncode(words)}</text>");

    internal void Image(double x, double y, double side, byte[] png) =>
        Add($"<image x=\"{x:F1}\" y=\"{y:F1}\" width=\"{side:F1}\" height=\"{side:F1}\" href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"/>");

    /// <summary>Writes it, whole or not at all.</summary>
    internal void Save(string path) => AtomicFile.Write(path, Encoding.UTF8.GetBytes(_text + "</svg>\n"));
}
